export function start(runtime) {}
