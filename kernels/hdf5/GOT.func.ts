/** Where the library puts functions in its table; the name of this file is the name of its imports. */

/** Place of the function of this name. */
export declare let decodeChunk: u32;
