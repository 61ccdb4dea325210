import type { ReactNode } from 'react';

/** Line icons of one weight, drawn for this app. They repeat what a label says, so they are hidden from readers. */
const paths = {
  overview: <path d="M3 17V9.5M8 17V3M13 17v-6M18 17V6.5" />,
  datakits: <path d="M3 4h14v12H3zM3 8h14M3 12h14M8 4v12" />,
  models: (
    <>
      <circle cx="10" cy="4" r="1.75" />
      <circle cx="4.5" cy="15.5" r="1.75" />
      <circle cx="15.5" cy="15.5" r="1.75" />
      <path d="M10 5.75V10M10 10l-4.3 4M10 10l4.3 4" />
    </>
  ),
  jobs: <path d="M3 5h9M3 10h14M3 15h5" />,
  members: (
    <>
      <circle cx="7.5" cy="7" r="2.75" />
      <path d="M2.5 16.5c0-3 2.2-4.75 5-4.75s5 1.75 5 4.75M12.5 4.6a2.75 2.75 0 0 1 0 4.8M14.5 12.2c1.9.6 3 2.2 3 4.3" />
    </>
  ),
  audit: <path d="M5 3h10v14H5zM8 7h4M8 10h4M8 13h2" />,
  platform: <path d="M3 4h14v4.5H3zM3 11.5h14V16H3zM6 6.25h.01M6 13.75h.01" />,
  upkeep: <path d="M10 3a7 7 0 1 0 7 7 7 7 0 0 0-7-7zM10 6v4l3 2" />,
  mail: <path d="M3 5h14v10H3zM3.5 5.5 10 11l6.5-5.5" />,
  search: (
    <>
      <circle cx="9" cy="9" r="5.25" />
      <path d="m13 13 4 4" />
    </>
  ),
  sun: (
    <>
      <circle cx="10" cy="10" r="3.25" />
      <path d="M10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M15.7 4.3l-1.4 1.4M5.7 14.3l-1.4 1.4" />
    </>
  ),
  moon: <path d="M16.5 12.2A6.8 6.8 0 0 1 7.8 3.5a6.8 6.8 0 1 0 8.7 8.7z" />,
  collapse: <path d="M12.5 5 7.5 10l5 5" />,
  expand: <path d="m7.5 5 5 5-5 5" />,
  down: <path d="m5 7.5 5 5 5-5" />,
  up: <path d="m5 12.5 5-5 5 5" />,
  more: (
    <>
      <circle cx="4.5" cy="10" r="0.6" />
      <circle cx="10" cy="10" r="0.6" />
      <circle cx="15.5" cy="10" r="0.6" />
    </>
  ),
  download: <path d="M10 3v9.5M6 9l4 4 4-4M3.5 16.5h13" />,
  table: <path d="M3 4h14v12H3zM3 8h14M10 8v8" />,
  copy: <path d="M7 7h9.5v9.5H7zM13 7V3.5H3.5V13H7" />,
  close: <path d="m5 5 10 10M15 5 5 15" />,
  check: <path d="m4 10.5 4 4 8-9" />,
  add: <path d="M10 4v12M4 10h12" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof paths;

/** A 20-unit line icon in the text's colour. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {paths[name]}
    </svg>
  );
}
