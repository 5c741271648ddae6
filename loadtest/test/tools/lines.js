/** What a process says, waited for line by line. */

/** No line of a healthy process takes longer. */
const PATIENCE_MS = 20_000;

export class Lines {
  text = '';
  /** @type {(() => void)[]} */
  #waiting = [];

  /** @param {import('node:child_process').ChildProcess} child with its output piped */
  constructor(child) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => {
        this.text += text;
        this.#wake();
      });
    }
    child.once('exit', () => this.#wake());
  }

  #wake() {
    this.#waiting.splice(0).forEach((wake) => wake());
  }

  /** The first match. @param {RegExp} pattern @returns {Promise<RegExpExecArray>} */
  async match(pattern) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = pattern.exec(this.text);
      if (found !== null) {
        return found;
      }
      if (Date.now() > deadline) {
        throw new Error(`nothing like ${pattern} was said, but:\n${this.text}`);
      }
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, PATIENCE_MS, undefined);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve(undefined);
        });
      });
    }
  }
}
