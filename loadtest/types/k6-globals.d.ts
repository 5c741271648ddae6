/** What k6 gives every script without an import, and @types/k6 leaves out. */

declare function setTimeout(callback: () => void, delayMs: number): number;
declare function clearTimeout(timer: number): void;

declare const console: {
  log(message: string): void;
  warn(message: string): void;
  error(message: string): void;
};
