/** What the HDF5 library offers a side module; the name of this file is the name of its imports. */

export declare function malloc(bytes: u32): u32;
export declare function free(address: u32): void;
