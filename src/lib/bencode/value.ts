// The JavaScript shape of a bencoded value (BEP 3 "bencoding").

/**
 * Strings are bytes (often a view into the decoded input); integers are numbers where they are safe, else bigint; a
 * dictionary maps latin1 keys (one char a byte, so that binary keys stay exact and compare as bytes) to values.
 */
export type BencodeValue = number | bigint | Uint8Array | readonly BencodeValue[] | BencodeDict

/** A dictionary: keys as latin1 text, one character a byte, since a key is bytes. */
export type BencodeDict = ReadonlyMap<string, BencodeValue>

/** What the encoder takes besides: text is written as UTF-8, and a plain object's keys are sorted; undefined is left out. */
export type BencodeInput =
  | BencodeValue
  | string
  | readonly BencodeInput[]
  | ReadonlyMap<string, BencodeInput>
  | { readonly [key: string]: BencodeInput | undefined }
