// pg has no types of its own.
declare module "pg" {
  namespace pg {
    interface PoolClient {
      query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
      release(): void;
    }
    class Client {
      constructor(url: string);
    }
    class Pool {
      constructor(options: { connectionString: string });
      connect(): Promise<PoolClient>;
      end(): Promise<void>;
    }
  }
  // biome-ignore lint/style/noDefaultExport: it is CommonJS.
  export default pg;
}
