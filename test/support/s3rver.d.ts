declare module '@20minutes/s3rver' {
  import type { AddressInfo } from 'node:net';

  /** The part of s3rver that tests use; it comes without types. */
  export default class S3rver {
    constructor(options: {
      readonly address: string;
      readonly port: number;
      readonly silent: boolean;
      readonly directory: string;
    });
    run(): Promise<AddressInfo>;
  }
}
