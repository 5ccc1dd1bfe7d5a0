import { RuntimeExtensions } from "@zuplo/runtime";

export default function runtimeInit(runtime: RuntimeExtensions) {}
