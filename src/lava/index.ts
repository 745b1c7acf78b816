/** LAVA: explaining an embedding by modules of locally correlated features. */

export { type AssociationOptions, associate, associationRules, releaseAssociations } from './associations.js';
export { describeModules } from './describe.js';
export { type ExplainInput, type ExplainOptions, explain } from './explain.js';
export { defaultLocalitySize, type LocalityOptions, locate } from './localities.js';
export { factorize, type ModuleOptions } from './modules.js';
export { samplePresence } from './presence.js';
