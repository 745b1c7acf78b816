/** What the HDF5 library offers a side module; the name of this file is the name of its imports. */

/** Address of `bytes` bytes of the library's memory; 0 where there is no room. */
export declare function malloc(bytes: u32): u32;
/** Takes back the bytes that `malloc` gave at `address`. */
export declare function free(address: u32): void;
