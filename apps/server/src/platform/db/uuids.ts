const pattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether PostgreSQL would take a text for a uuid as we write them. */
export const isUuid = (text: string): boolean => pattern.test(text);
