/**
 * Purpose: what the name of a column says about its role: an index that software wrote, ids, groups, coordinates of a map.
 * Source: the defaults of pandas, R, scanpy, Seurat, scikit-learn and umap-learn.
 * Fails: never; case and spaces at the ends of names do not count, but for `sampleId`.
 */

/** pandas calls an index without a name so, in CSV and in Parquet. */
const UNNAMED = /^(Unnamed: \d+(\.\d+)?|__index_level_\d+__|index_level_\d+|level_\d+|\.\.\.\d+|V0)?$/;
const ID =
  /^#? ?(ids?|index|idx|key|uuid|guid|names?|barcodes?|cells?|samples?|spots?|rows?|obs|obs_?names?|row_?names?|observations?|records?|identifier|accession|symbol|gene|geneid|words?|tokens?|documents?|docs?|urls?|files?|filenames?|paths?|images?|patients?|subjects?|participants?|respondents?|customers?|users?|cases?)$/i;
const ID_END =
  /(^|[ _.-])(ids?|uuid|guid|barcodes?|identifier|names?|index|nr|no|number|key|serial|pid|mrn|ssn|sku|isbn|nummer|n[uú]mero|num[ée]ro|matricule|kennung|identifiant)$/i;
/** `sampleId`, `rowID`: case counts, so that `valid` is none. */
export const CAMEL_ID = /[a-z](Id|ID)$/;
const GROUP =
  /^(.*clusters?([ _.-]?(ids?|no|num|number|labels?|assignments?))?|.*(leiden|louvain|k_?means|h?dbscan|phenograph|mclust|gmm).*|.*_snn_res[._].*|labels?|.*[ _.-]labels?|batch(es)?|.*[ _.-]batch|class(es)?|.*[ _.-]class|target|y_true|y_pred|groups?|.*[ _.-]group|communit(y|ies)|partition|cell_?types?|annotation|species|donors?|replicates?|plate|lane|fold|orig\.ident|ident)$/i;
const FAMILY =
  /^(?:x_)?(umap|wnn_?umap|ref_?umap|densmap|(?:fi)?t-?sne|pca|pc|phate|trimap|pacmap|mds|nmds|isomap|diffmap|dc|draw_graph_?(?:fa|fr)?|fa2?|force|ica|ic|nmf|lsi|svd|scvi|scanvi|harmony|latent|embedding|emb|dimension|dim|component|comp|coordinate|coord|axis)[ _.-]*(\d+)$/i;

/** Columns of a 10x `features.tsv` and its like: ids, symbols, type. */
const NAMES =
  /^(gene|gene_?(name|symbol|short_name)s?|symbols?|names?|features?|feature_?names?|words?|terms?)$/i;

/** Whether a column called so holds names of features. */
export const isNameColumn = (name: string) => NAMES.test(name.trim());

/** Whether software wrote the column without a name of its own. The empty name is such. */
export const isUnnamedName = (name: string) => UNNAMED.test(name.trim());

/** Whether the name says that the column holds ids of the samples. `donor_id` is such, too, whose values repeat. */
export const isIdName = (name: string) => {
  const text = name.trim();
  return ID.test(text) || ID_END.test(text) || CAMEL_ID.test(text);
};

/** Whether the name says that the column holds groups: clusters, labels, batches. */
export const isGroupName = (name: string) => GROUP.test(name.trim());

/** The family of coordinates that the name belongs to (`umap` of `UMAP_1`, `xyz` of `x`), or null. */
export function coordinateFamily(name: string): string | null {
  const text = name.trim();
  if (/^[xyz]$/i.test(text)) return 'xyz';
  return FAMILY.exec(text)?.[1].toLowerCase() ?? null;
}
