/** k6/x/tcp, as far as these scripts use it, with the extension's own types but for what a comment says. @types/k6 does not know it. */
declare module "k6/x/tcp" {
  /**
   * Received bytes, at most 4,096. Their memory is used again once the handler has returned.
   * The extension's types say Uint8Array; what comes is an array of numbers, without a `buffer`.
   */
  export type Chunk = number[] & { readonly buffer?: never };

  /** The extension's types say Error. */
  export interface TcpError {
    readonly name: "TCPError";
    readonly method: string;
    readonly message: string;
  }

  export class Socket {
    /** The extension's types have options; but undefined in their place crashes k6 at `connect`. */
    constructor();

    /** One handler an event. */
    on(event: "connect" | "close", handler: () => void): this;
    on(event: "data", handler: (chunk: Chunk) => void): this;
    on(event: "error", handler: (error: TcpError) => void): this;

    /** Rejected with a TcpError, which `error` gets as well. */
    connect(port: number | string, host?: string): Promise<void>;

    /**
     * The buffer must not change before the promise resolves. What it is rejected with is no Error and has no message, but is a text
     * as a string.
     */
    write(data: string | ArrayBuffer): Promise<void>;

    /** Nothing else closes. */
    destroy(): this;
  }
}
