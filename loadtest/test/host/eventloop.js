/**
 * The event loop of one iteration. It is over when nothing is left that was registered to happen, whatever became of the function's
 * promise: an iteration that waits for something nobody will do ends silently, and counts as done.
 */
export class EventLoop {
  constructor() {
    /** @type {(() => void)[]} */
    this.queue = [];
    this.registered = 0;
    this.isOver = false;
    this.isTickPlanned = false;
    /** @type {unknown} */
    this.failure = undefined;
    this.onOver = () => {};
  }

  /** Runs a function and everything that follows from it. @param {() => void} first @returns {Promise<void>} */
  run(first) {
    return new Promise((resolve) => {
      this.onOver = resolve;
      this.register()(first);
    });
  }

  /**
   * Something will happen: the loop waits until what is returned has been called, once, with what to do then.
   * @returns {(callback: () => void) => void}
   */
  register() {
    this.registered++;
    return (callback) => {
      this.registered--;
      this.enqueue(callback);
    };
  }

  /** Something has happened for which the loop need not have waited. @param {() => void} callback */
  enqueue(callback) {
    this.queue.push(callback);
    this.plan();
  }

  /** Ends the iteration as it stands. @param {unknown} [failure] */
  interrupt(failure) {
    if (!this.isOver) {
      this.isOver = true;
      this.failure = failure;
      this.onOver();
    }
  }

  /** Each callback has a turn of its own, so that the promises it settles are followed before the next. */
  plan() {
    if (!this.isTickPlanned) {
      this.isTickPlanned = true;
      setImmediate(() => this.tick());
    }
  }

  tick() {
    this.isTickPlanned = false;
    if (this.isOver) {
      return;
    }
    const callback = this.queue.shift();
    if (callback !== undefined) {
      try {
        callback();
      } catch (error) {
        this.interrupt(error);
      }
      this.plan();
    } else if (this.registered === 0) {
      this.interrupt();
    }
  }
}
