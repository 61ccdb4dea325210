import { randomUUID } from 'node:crypto';
import { routes } from '@quadrax/contract';
import type { ApiKey, Datakit, Invitation, Job, Model, OpenSession, Upload } from '@quadrax/contract';
import { newEmail } from './client.ts';
import type { TestClient } from './client.ts';
import type { TestDatabase } from './database.ts';
import { eventually, jobSucceeds } from './jobs.ts';

/** A small table in which `grade` follows from `hours` and `city` but for a few rows: two classes, missing values. */
export const gradesCsv = (rows = 60): string => {
  const cities = ['Bern', 'Köln', 'São Paulo'];
  const line = (i: number): string => {
    const hours = (i * 37) % 50;
    const passed = hours + (i % 3) * 5 > 28 !== (i % 17 === 0);
    return `${i % 11 === 0 ? '' : hours},${cities[i % 3]},${(i * 7) % 23}.5,${passed ? 'pass' : 'fail'}`;
  };
  return ['hours,city,rainfall,grade', ...Array.from({ length: rows }, (_unused, i) => line(i))].join('\n');
};

/** A table of so many rows as CSV, each column made by the number of the row, from 0. */
export const tableOf = (rows: number, columns: Record<string, (i: number) => string | number>): string =>
  [
    Object.keys(columns).join(','),
    ...Array.from({ length: rows }, (_unused, i) =>
      Object.values(columns)
        .map((value) => value(i))
        .join(','),
    ),
  ].join('\n');

/** A multipart form as the upload takes it. Fields after the file are as good as fields before. */
export const uploadForm = (
  content: string | Uint8Array,
  fileName: string,
  fields: Record<string, string> = {},
): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const part = typeof content === 'string' ? content : new Uint8Array(content);
  form.append('dataset', new Blob([part]), fileName);
  return form;
};

/** An ONNX file of one Gemm: `x` [rows, 2] to their sum `value` [rows, 1]. */
export const sumModel = (): Uint8Array =>
  Buffer.from(
    'CAgSBHRlc3QaATEoATIAOoIBCh8KAXgKAXcKAWISBXZhbHVlGgV2YWx1ZSIER2VtbToAEgVncmFwaCoTCAIIARABQgF3SggAAIA/AACAPyoNCAEQAUIBYkoEAAAAAFoXCgF4EhIKEAgBEgwKBhIEcm93cwoCCAJiGwoFdmFsdWUSEgoQCAESDAoGEgRyb3dzCgIIAUIECgAQEkIOCgphaS5vbm54Lm1sEAM=',
    'base64',
  );

/** A multipart form as the import of a model takes it. */
export const importForm = (
  content: string | Uint8Array,
  fileName: string,
  fields: Record<string, string> = {},
): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('model', new Blob([typeof content === 'string' ? content : new Uint8Array(content)]), fileName);
  return form;
};

/** Uploads a table; it is still being read. */
export const upload = (client: TestClient, csv = gradesCsv(), name = 'Grades'): Promise<Datakit> =>
  client.call(routes.datakits.upload, { form: uploadForm(csv, 'grades.csv', { name }) });

/** A datakit that has been read. */
export const readyDatakit = async (client: TestClient, csv?: string): Promise<Datakit> => {
  const { id, jobId = '' } = await upload(client, csv);
  await jobSucceeds(client, jobId);
  return client.call(routes.datakits.get, { params: { id } });
};

export const newModel = (client: TestClient, changes: Record<string, unknown> = {}): Promise<Model> =>
  client.call(routes.models.create, { body: { name: 'Grades', type: 'CLASSIFICATION', ...changes } });

/** A training that ends in about the time its process takes to start. */
export const quickTraining = (datakitId: string): Record<string, unknown> => ({
  datakitId,
  target: 'grade',
  algorithm: 'baseline',
  validation: { folds: 2 },
});

/** Makes a model and trains its first version as the body says. Gives the job that did. */
export const trainAs = async (
  client: TestClient,
  body: Record<string, unknown>,
  changes: Record<string, unknown> = {},
): Promise<{ id: string; job: Job }> => {
  const { id } = await newModel(client, changes);
  const started = await client.call(routes.models.train, { params: { id }, body });
  return { id, job: await jobSucceeds(client, started.id, 60_000) };
};

/** A model with one version. */
export const trainedModel = async (
  client: TestClient,
  datakitId: string,
): Promise<{ model: Model; job: Job }> => {
  const { id, job } = await trainAs(client, quickTraining(datakitId));
  return { model: await client.call(routes.models.get, { params: { id } }), job };
};

/** An upload in parts of which every byte has been sent. */
export const sentUpload = async (client: TestClient, csv = gradesCsv()): Promise<Upload> => {
  const bytes = new Uint8Array(Buffer.from(csv));
  const body = { fileName: 'grades.csv', bytes: bytes.length };
  const { id } = await client.call(routes.datakits.startUpload, { body });
  return client.call(routes.datakits.appendUpload, {
    params: { id },
    headers: { 'upload-offset': '0' },
    bytes,
  });
};

/** One of everything that a tenant can have. */
export interface PopulatedTenant {
  readonly client: TestClient;
  readonly datakit: Datakit;
  readonly model: Model;
  /** A job that has ended. */
  readonly job: Job;
  /** The one of its client. */
  readonly session: OpenSession;
  /** One that was kept for the operator to read. */
  readonly mail: { readonly id: string };
  readonly apiKey: ApiKey;
  readonly invitation: Invitation;
  /** All of its bytes are there; it is not complete. */
  readonly upload: Upload;
}

/** Makes the client's account one of the administrators of the whole platform, and waits until its server knows. */
export const asOperator = async (database: TestDatabase, client: TestClient): Promise<TestClient> => {
  await database.owner('UPDATE auth.accounts SET platform_administrator = true WHERE id = $1', [
    client.user.id,
  ]);
  await eventually(
    'the account is known as an administrator of the platform',
    () => client.call(routes.account.me),
    ({ platformAdministrator }) => platformAdministrator,
    1000,
  );
  return client;
};

/** A mail in the outbox, as it was written while no mail server was configured. */
export const keptMail = async (
  database: TestDatabase,
  { user }: TestClient,
  changes: { readonly subject?: string; readonly text?: string } = {},
): Promise<{ readonly id: string }> => {
  const id = randomUUID();
  const { subject = 'Confirm your address', text = 'Hello, please confirm your address.' } = changes;
  await database.owner(
    `INSERT INTO quadrax.outbox (tenant_id, id, kind, recipient, subject, body_text, body_html, state)
     VALUES ($1, $2, 'account.verification', $3, $4, $5, '<p>Hello</p>', 'kept')`,
    [user.tenantId, id, user.email, subject, text],
  );
  return { id };
};

/** A tenant with a datakit, a deployed model and their jobs, all made through the API, and a mail, which none makes. */
export const populate = async (client: TestClient, database: TestDatabase): Promise<PopulatedTenant> => {
  const datakit = await readyDatakit(client);
  const { model, job } = await trainedModel(client, datakit.id);
  await client.call(routes.models.deploy, { params: { id: model.id }, body: { version: 1 } });
  const deployed = await client.call(routes.models.get, { params: { id: model.id } });
  const session = (await client.page(routes.account.sessions)).items.find(({ current }) => current);
  if (!session) throw new Error('The client speaks without a session.');
  const mail = await keptMail(database, client);
  const apiKey = await client.call(routes.account.createApiKey, { body: { name: 'Nightly' } });
  const invitation = await client.call(routes.users.invite, { body: { email: newEmail() } });
  const sent = await sentUpload(client);
  return { client, datakit, model: deployed, job, session, mail, apiKey, invitation, upload: sent };
};
