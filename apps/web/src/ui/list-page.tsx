import type { ReactNode } from 'react';
import { rowsOf, sizeSentence } from '#lib/paged.ts';
import type { Noun, Paged } from '#lib/paged.ts';
import { Page } from './page.tsx';
import type { PageProps } from './page.tsx';
import { SkeletonText } from './skeletons.tsx';

export type ListPageProps<T> = Omit<PageProps, 'state'> & {
  list: Paged<T>;
  noun: Noun;
  /** What narrows the list, as the address bar holds it. */
  search: object;
  /** How many there are in all, where the page knows better than the list. */
  total?: number | undefined;
  /** What else is worth a word: "2 failed". */
  remark?: (rows: readonly T[]) => string | undefined;
  /** What stands above the filters. */
  note?: ReactNode;
  filters: ReactNode;
};

/** Frame of a page that lists one noun: how many there are, what narrows them, and the list. */
export function ListPage<T>(props: ListPageProps<T>) {
  const { list, noun, search, total, remark, note, filters, children, ...page } = props;
  const rows = rowsOf(list);
  const sentence = () => {
    if (!rows) return list.isPending && <SkeletonText width={20} />;
    return [sizeSentence(list, search, noun, total), remark?.(rows)].filter(Boolean).join(' · ');
  };
  return (
    <Page {...page} state={sentence()}>
      {note}
      {filters}
      {children}
    </Page>
  );
}
