/** Files and folders as a person gives them: dropped on the page, or picked in a dialog. */
import type { Item } from '../compute/messages.js';

export const fileItem = (file: File): Item => ({ name: file.name, size: file.size, content: file });

/** What was dropped. Browsers forget it when the event is over, so all is taken hold of before the first wait. */
export function droppedItems(transfer: DataTransfer): Promise<Item[]> {
  const entries = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const items = entries.map(async ({ entry, file }) => {
    if (entry?.isDirectory)
      return folderItem(entry.name, await filesBelow(entry as FileSystemDirectoryEntry));
    return file && fileItem(file);
  });
  return Promise.all(items).then((found) => found.filter((item) => item !== null));
}

/** What was picked in a dialog for folders: every file knows its path from the folder on. */
export function pickedFolder(files: readonly File[]): Item {
  const [name] = files[0].webkitRelativePath.split('/');
  const below = files.map((file) => [file.webkitRelativePath.slice(name.length + 1), file] as const);
  return folderItem(name, below);
}

function folderItem(name: string, files: readonly (readonly [path: string, file: File])[]): Item {
  return { name, size: files.reduce((sum, [, file]) => sum + file.size, 0), content: new Map(files) };
}

async function filesBelow(folder: FileSystemDirectoryEntry, path = ''): Promise<[string, File][]> {
  const found: [string, File][] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.isDirectory) {
      found.push(...(await filesBelow(entry as FileSystemDirectoryEntry, `${path}${entry.name}/`)));
    } else found.push([path + entry.name, await fileOf(entry as FileSystemFileEntry)]);
  }
  return found;
}

/** A reader gives a part of a folder at a time, and an empty part at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (part.length === 0) return all;
    all.push(...part);
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((done, failed) => entry.file(done, failed));
