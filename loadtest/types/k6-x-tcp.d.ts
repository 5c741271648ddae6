/** k6/x/tcp, as far as these scripts use it. @types/k6 does not know it. */
declare module "k6/x/tcp" {
  /** Received bytes: indices and a length, no `buffer`, at most 4,096. Their memory is used again once the handler has returned. */
  export interface Chunk extends ArrayLike<number> {
    readonly buffer?: never;
  }

  export interface TcpError {
    readonly name: "TCPError";
    readonly method: string;
    readonly message: string;
  }

  export class Socket {
    /** No parameter, not even one that is undefined: that crashes k6. */
    constructor();

    /** One handler an event. All of them before `connect`: without one for `connect`, the iteration is lost silently. */
    on(event: "connect" | "close", handler: () => void): void;
    on(event: "data", handler: (chunk: Chunk) => void): void;
    on(event: "error", handler: (error: TcpError) => void): void;

    connect(port: number, host: string): Promise<void>;

    /** The buffer must not change before the promise resolves. */
    write(bytes: Uint8Array | ArrayBuffer): Promise<void>;

    /** Nothing else closes. */
    destroy(): void;
  }
}
