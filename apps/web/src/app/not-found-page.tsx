import { Link } from '@tanstack/react-router';
import { Page } from '#ui/page.tsx';

/** An address that leads nowhere. */
export function NotFoundPage() {
  return (
    <Page
      title="There is no such page"
      state="The address may be mistyped, or what it showed was deleted. Deleted things can be restored for 30 days."
      narrow
    >
      <Link to="/">Go to the overview</Link>
    </Page>
  );
}
