/** Hands a file to the browser's downloads. */
export function download(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // the browser reads the blob after this task
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
