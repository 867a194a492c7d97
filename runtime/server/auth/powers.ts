/** What recognising clients needs of the machine's files. `runtime/powers` implements it. */
export interface PrivateFiles {
  /** Changes whenever the file is replaced or written to; undefined when there is none. Cheap: it reads nothing. */
  stampOf(path: string): string | undefined;
  /** The bytes of a regular file that its owner alone may use. Throws `HostError` with a tag. */
  readPrivate(path: string, bytesMax: number, whose?: "own"): Uint8Array;
}

/** What the operator should hear of, once each time that it begins. It holds nothing of a request. */
export type NoteTrouble = (message: string) => void;
