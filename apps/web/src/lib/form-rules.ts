const needed = (sentence: string) => (value: string) => (value.trim() === '' ? sentence : null);

/** What is looked at before a form about a person is sent. The server has the last word. */
export const personRules = {
  firstName: needed('Enter your first name.'),
  lastName: needed('Enter your last name.'),
  email: (value: string) =>
    /^\S+@\S+$/.test(value.trim()) ? null : 'Enter an email address, such as ada@example.org.',
  password: (value: string) => (value.length < 10 ? 'Use at least 10 characters.' : null),
};
