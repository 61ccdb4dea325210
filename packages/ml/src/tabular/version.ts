/** Version of this package, written into every model. */
export const libraryVersion = '0.1.0';
