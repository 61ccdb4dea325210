import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { failureOf } from '#lib/failure.ts';
import { ErrorState } from '#ui/error-state.tsx';
import { Door } from './door.tsx';
import { tokenOf } from './mailed-link.ts';
import type { LinkPath } from './mailed-link.ts';

/** What is said of a link that is no longer good, and to whoever came without one. */
export interface SpentLink {
  /** Absent: that the link is no longer good, or not here any more. */
  readonly title?: string;
  /** What it is good for, and what to do. */
  readonly sentence: string;
  readonly action?: ReactNode;
  readonly other?: ReactNode;
}

const isLinkInvalid = (error: unknown): boolean => failureOf(error).code === 'LINK_INVALID';

function Spent({ link, spent }: { link: string | undefined; spent: SpentLink }) {
  const title = link === undefined ? 'Open the link again' : 'This link is no longer good';
  return (
    <Door title={spent.title ?? title} sentence={spent.sentence} other={spent.other}>
      {spent.action}
    </Door>
  );
}

/**
 * A page that a mailed link opens to a form.
 * @param props.children the page; `refused` takes what a call threw, and says whether the link was why
 */
export function LinkDoor(props: {
  path: LinkPath;
  spent: SpentLink;
  children: (token: string, refused: (error: unknown) => boolean) => ReactNode;
}) {
  const token = tokenOf(props.path);
  const [invalid, setInvalid] = useState(false);
  if (token === undefined || invalid) return <Spent link={token} spent={props.spent} />;
  return props.children(token, (error) => {
    if (!isLinkInvalid(error)) return false;
    setInvalid(true);
    return true;
  });
}

/** A page that a mailed link opens to what the server answers to it. */
export function LinkAnswer<T>(props: {
  path: LinkPath;
  answer: UseQueryResult<T>;
  spent: SpentLink;
  /** The titles while it is asked for, and where it could not be. */
  asking: string;
  failed: { title: string; sentence: string };
  children: (answer: T, token: string) => ReactNode;
}) {
  const { answer, failed } = props;
  const token = tokenOf(props.path);
  if (token === undefined || isLinkInvalid(answer.error)) return <Spent link={token} spent={props.spent} />;
  if (answer.isError)
    return (
      <Door {...failed}>
        <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
      </Door>
    );
  if (answer.isPending) return <Door title={props.asking} sentence="This takes a moment." />;
  return props.children(answer.data, token);
}
