let started = 0;

export const runtimeInit = () => {
  started = Date.now();
};
