/** Where the library puts functions in its table; the name of this file is the name of its imports. */

/** Index of the function of this name in the library's function table. */
export declare let decodeChunk: u32;
