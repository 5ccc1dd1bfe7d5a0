export { runtimeInit } from "./setup/init";
