/** Stands in for libraries that a library names and this page never uses; see scripts/build-viewer.mjs. */
export default {};
