/** NOTIFY carries fewer than 8,000 bytes; the head of a frame takes some of them. */
const largest = 7800;

const escaped = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Cuts a JSON text into frames `id number count text` that a notification can carry. */
export const framesOf = (id: string, json: string): string[] => {
  // In ASCII a letter is a byte, and no cut can go through the middle of one.
  const text = json.replaceAll(/[\u0080-\uffff]/g, escaped);
  const count = Math.ceil(text.length / largest);
  return Array.from(
    { length: count },
    (_unused, i) => `${id} ${i} ${count} ${text.slice(i * largest, (i + 1) * largest)}`,
  );
};

/** Puts frames together again. They come in order, or a part is lost and with it the whole. */
export interface Frames {
  /** The JSON text, once its last frame is there. */
  add(frame: string): string | undefined;
  /** Lets go of what will not be completed. */
  clear(): void;
}

export const createFrames = (): Frames => {
  const begun = new Map<string, string[]>();
  return {
    add: (frame) => {
      const [, id = '', number = '', count = '', text = ''] = /^(\S+) (\d+) (\d+) ([^]*)$/.exec(frame) ?? [];
      if (count === '1') return text;
      const parts = number === '0' ? [] : begun.get(id);
      if (parts?.length !== Number(number)) {
        begun.delete(id);
        return undefined;
      }
      parts.push(text);
      if (parts.length < Number(count)) {
        begun.set(id, parts);
        return undefined;
      }
      begun.delete(id);
      return parts.join('');
    },
    clear: () => begun.clear(),
  };
};
