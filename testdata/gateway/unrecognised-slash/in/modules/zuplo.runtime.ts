export function runtimeInit(runtime) {}
export const half = {} / 2;
