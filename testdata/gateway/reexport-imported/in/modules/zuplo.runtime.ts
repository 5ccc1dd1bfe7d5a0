import { start } from "./init";
export { start as runtimeInit };
