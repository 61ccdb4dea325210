import '@mantine/notifications/styles.layer.css';
import { Notifications } from '@mantine/notifications';

/** The place where notices appear; loaded after the first paint. */
export default function Notices() {
  return <Notifications position="bottom-right" limit={4} zIndex={350} />;
}
