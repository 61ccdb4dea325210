import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHome, serve } from './testing/quadrax.ts';
import type { Home, RunOptions } from './testing/quadrax.ts';

const person = ['--first-name', 'Ann', '--last-name', 'Lee'];
const password = 'correct horse battery';

let home: Home;
let server: Awaited<ReturnType<typeof serve>>;
let named: RunOptions;

beforeAll(async () => {
  home = await createHome();
  server = await serve(home);
  named = { env: { QUADRAX_URL: server.url } };
  await home.run(['user', 'create', '--email', 'ann@example.com', ...person, '--password-stdin'], {
    input: password,
  });
  await home.run(['login', '--url', server.url, '--email', 'ann@example.com', '--password-stdin'], {
    input: password,
  });
});

afterAll(async () => {
  await server.stop();
  await home.remove();
});

describe('quadrax serve', () => {
  it('says on its first start that it makes the database, and at the end where it answers', async () => {
    expect(server.said[0]).toContain(`creating the database in ${home.dataDir}`);
    expect(server.said.at(-1)).toMatch(/^Quadrax is ready at http:\/\/localhost:\d+$/);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });
  it('refuses a folder that another server has open, and names its process', async () => {
    const { code, stderr } = await home.run(['serve', '--port', '0']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Another Quadrax is using this folder, pid \d+/);
  });
  it('refuses a port that is taken, before it starts anything', async () => {
    const { port } = new URL(server.url);
    const elsewhere = join(home.folder, 'elsewhere');
    const { code, stderr } = await home.run(['serve', '--port', port, '--data-dir', elsewhere]);
    expect(code).toBe(2);
    expect(stderr).toContain(`Port ${port} on 127.0.0.1 is taken`);
    await expect(stat(elsewhere)).rejects.toThrow('ENOENT');
  });
  it('lists every problem of its configuration, and starts nothing', async () => {
    const { code, stderr } = await home.run(['serve'], { env: { PORT: 'x', BCRYPT_ROUNDS: '99' } });
    expect(code).toBe(2);
    expect(stderr).toContain('PORT');
    expect(stderr).toContain('BCRYPT_ROUNDS');
  });
  it('says that a database of one’s own does not answer', async () => {
    const secret = 'x'.repeat(32);
    const env = {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
      JWT_SECRET: secret,
      JWT_REFRESH_SECRET: secret,
    };
    const { code, stderr } = await home.run(['serve', '--port', '0'], { env });
    expect(code).toBe(3);
    expect(stderr).toContain('DATABASE_URL');
  });
});

describe('quadrax user create', () => {
  it('makes accounts while the server runs, with a password that is shown once', async () => {
    const made = await home.json(['user', 'create', '--email', 'Bo@Example.com', ...person, '--admin']);
    expect(made).toMatchObject({ email: 'bo@example.com', administrator: true });
    const login = ['login', '--email', 'bo@example.com', '--password-stdin'];
    const elsewhere = { XDG_CONFIG_HOME: join(home.folder, 'bo'), QUADRAX_URL: server.url };
    const session = await home.json(login, { input: String(made['password']), env: elsewhere });
    expect(session).toMatchObject({ user: { platformAdministrator: true, role: 'ADMIN' } });
  });
  it('refuses an address that is taken and one that is none', async () => {
    const again = await home.run(['user', 'create', '--email', 'ann@example.com', ...person]);
    expect(again).toMatchObject({ code: 4, stderr: expect.stringContaining('exists') });
    const wrong = await home.run(['user', 'create', '--email', 'ann', ...person]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('email') });
  });
});

describe('a sign-in', () => {
  it('at a server that is not there says so before it asks for anything', async () => {
    const nowhere = await home.run(['login', '--url', 'http://127.0.0.1:1']);
    expect(nowhere).toMatchObject({ code: 3, stdout: '' });
    expect(nowhere.stderr).toMatch(/^The server at http:\/\/127\.0\.0\.1:1 does not answer\./);
    expect(nowhere.stderr).not.toMatch(/Email|Password|--email/);
  });
  it('at something that never answers gives up', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const refused = await home.run(
      ['login', '--url', url, '--email', 'ann@example.com', '--password-stdin'],
      {
        input: password,
      },
    );
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('did not answer within') });
    silent.close();
  });
  it('without a terminal asks nothing, and says how to give what it needs', async () => {
    const nameless = await home.run(['login', '--url', server.url]);
    expect(nameless).toMatchObject({ code: 2, stderr: expect.stringContaining('--email') });
    const mute = await home.run(['login', '--url', server.url, '--email', 'ann@example.com']);
    expect(mute).toMatchObject({ code: 2, stderr: expect.stringContaining('--password-stdin') });
  });
  it('is kept for other commands, for nobody else to read', async () => {
    const file = join(home.folder, 'config', 'quadrax', 'credentials.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await home.json(['whoami'])).toMatchObject({ email: 'ann@example.com' });
  });
  it('with a wrong password is refused', async () => {
    const login = ['login', '--email', 'ann@example.com', '--password-stdin'];
    const refused = await home.run([...login, '--json'], { ...named, input: 'wrong' });
    expect(refused.code).toBe(4);
    expect(JSON.parse(refused.stdout)).toMatchObject({ success: false, code: 'INVALID_CREDENTIALS' });
  });
  it('ends, and commands say how to sign in again', async () => {
    const env = { XDG_CONFIG_HOME: join(home.folder, 'leaving'), QUADRAX_URL: server.url };
    await home.run(['login', '--email', 'ann@example.com', '--password-stdin'], { input: password, env });
    expect(await home.json(['logout'], { env })).toMatchObject({ ended: true });
    const { code, stderr } = await home.run(['whoami'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain(`quadrax login --url ${server.url}`);
  });
  it('is not needed where a token is given', async () => {
    const env = { XDG_CONFIG_HOME: join(home.folder, 'nobody'), QUADRAX_URL: server.url };
    const { code, stdout } = await home.run(['whoami', '--json', '--token', 'not-a-token'], { env });
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('a file that is not to be guessed at', { timeout: 60_000 }, () => {
  it('is read as the flags state, when it is sent and when rows are added', async () => {
    const file = join(home.folder, 'cyrillic.csv');
    // `код^день` and a row, in Windows-1251.
    const head = [0xea, 0xee, 0xe4, 0x5e, 0xe4, 0xe5, 0xed, 0xfc, 0x0a];
    await writeFile(file, Buffer.from([...head, ...Buffer.from('1^02/06/2020\n')]));
    const flags = [
      '--encoding',
      'windows-1251',
      '--delimiter',
      '^',
      '--header',
      'yes',
      '--date-order',
      'day-first',
    ];
    const datakit = await home.json(['datakit', 'upload', file, ...flags], named);
    expect(datakit).toMatchObject({ columns: [{ name: 'код' }, { name: 'день', type: 'datetime' }] });
    const shown = await home.json(['datakit', 'show', String(datakit['id'])], named);
    expect(JSON.stringify(shown['profile'])).toContain('2020-06-02');
    const added = await home.json(['datakit', 'append', String(datakit['id']), file, ...flags], named);
    expect(added).toMatchObject({ version: 2, rows: 2 });
    const wrong = await home.run(['datakit', 'upload', file, '--encoding', 'utf-9'], named);
    expect(wrong).toMatchObject({ code: expect.any(Number), stderr: expect.stringContaining('utf-9') });
    expect(wrong.code).not.toBe(0);
  });
});

describe('from a file to a prediction', { timeout: 120_000 }, () => {
  it('uploads, trains, deploys and predicts', async () => {
    const file = join(home.folder, 'squares.csv');
    const rows = Array.from({ length: 60 }, (_, x) => `${x},${x % 2 === 0 ? 'even' : 'odd'},${3 * x + 2}`);
    await writeFile(file, `x,parity,y\n${rows.join('\n')}\n`);
    const uploaded = await home.run(['datakit', 'upload', file, '--name', 'Lines', '--json'], named);
    expect(uploaded.stderr).toContain('Sending 100%');
    const datakit = JSON.parse(uploaded.stdout) as { id: string };
    expect(datakit).toMatchObject({ name: 'Lines', status: 'READY', rows: 60 });

    const train = ['model', 'train', '--datakit', datakit.id, '--target', 'y', '--algorithm', 'linear'];
    const trained = await home.run([...train, '--folds', '3', '--seed', '7', '--deploy', '--json'], named);
    expect(trained.stderr).toMatch(/Training \d+%/);
    const version = JSON.parse(trained.stdout) as { modelId: string };
    expect(version).toMatchObject({ version: 1, deployed: true, seed: 7, validation: { folds: 3 } });

    const predict = ['model', 'predict', version.modelId];
    const one = await home.run([...predict, '--json', '{"x": 20, "parity": "even"}'], named);
    const { predictions } = JSON.parse(one.stdout) as { predictions: { value: number }[] };
    expect(predictions).toHaveLength(1);
    expect(predictions[0]?.value).toBeCloseTo(62, 0);

    const many = await home.json<{ predictions: { value: number }[] }>([...predict, '--file', file], named);
    expect(many.predictions).toHaveLength(60);
    expect(many.predictions[59]?.value).toBeCloseTo(3 * 59 + 2, 0);

    const wrong = await home.run([...predict, '--json', '{"x": "many", "parity": "even"}'], named);
    expect(wrong.code).toBe(4);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ details: [{ field: 'x' }] });

    const jobs = await home.json<{ kind: string; status: string; id: string }[]>(['job', 'list'], named);
    expect(jobs.find(({ kind }) => kind === 'model.train')).toMatchObject({ status: 'SUCCEEDED' });
    const again = await home.run(['job', 'retry', jobs[0]?.id ?? ''], named);
    expect(again).toMatchObject({ code: 4, stderr: expect.stringContaining('nothing to run again') });
    const { stdout } = await home.run(['job', 'logs', jobs[0]?.id ?? ''], named);
    expect(stdout).toContain('info');
  });
  it('starts from a shipped sample, told apart as its target says', async () => {
    const samples = await home.json<{ name: string; target: string }[]>(['datakit', 'sample'], named);
    expect(samples.map(({ name }) => name)).toContain('penguins');
    const datakit = await home.json(['datakit', 'sample', 'penguins'], named);
    const id = String(datakit['id']);
    expect(await home.json(['datakit', 'show', id], named)).toMatchObject({ profile: { rows: 344 } });
    const train = ['model', 'train', '--datakit', id, '--target', 'species', '--algorithm', 'linear'];
    const weighed = ['--class-weight', 'Adelie=2', '--class-weight', 'Gentoo=0.5'];
    const version = await home.json([...train, ...weighed, '--holdout', '0.3', '--deploy'], named);
    expect(version).toMatchObject({ settings: { classWeights: { Adelie: 2, Gentoo: 0.5 } } });
    const adelie = {
      island: 'Torgersen',
      bill_length_mm: 39.1,
      bill_depth_mm: 18.7,
      flipper_length_mm: 181,
      body_mass_g: 3750,
      sex: 'male',
    };
    const predict = ['model', 'predict', String(version['modelId']), '--json', JSON.stringify(adelie)];
    const { stdout } = await home.run(predict, named);
    expect(JSON.parse(stdout)).toMatchObject({ predictions: [{ label: 'Adelie' }] });
    const batch = ['model', 'predict-batch', String(version['modelId']), id, '--keep', 'species'];
    expect(await home.json([...batch, '--no-probabilities', '--name', 'Predicted'], named)).toMatchObject({
      name: 'Predicted',
      status: 'READY',
      rows: 344,
      columns: [{ name: 'species' }, { name: 'species_predicted' }],
    });
    const file = join(home.folder, 'penguins.onnx');
    await home.json(['model', 'export', String(version['modelId']), '--output', file], named);
    const back = await home.json(['model', 'import', file, '--framework', 'onnx', '--deploy'], named);
    expect(back).toMatchObject({ name: 'penguins', type: 'CLASSIFICATION', deployed: true });
    const again = await home.run(
      ['model', 'predict', String(back['id']), '--json', JSON.stringify(adelie)],
      named,
    );
    expect(JSON.parse(again.stdout)).toMatchObject({ predictions: [{ label: 'Adelie' }] });
    expect(await home.json(['datakit', 'delete', id], named)).toMatchObject({ deleted: true });
  });
  it('asks, transforms, lists versions and downloads', async () => {
    const id = String((await home.json(['datakit', 'sample', 'penguins'], named))['id']);
    const sql = 'SELECT species, count(*) AS n FROM data GROUP BY species ORDER BY n DESC';
    const table = await home.run(['datakit', 'query', id, sql], named);
    expect(table.stdout).toMatch(/^species +n\nAdelie +152\n/);
    expect(await home.json(['datakit', 'query', id, 'SELECT 1 AS one', '--limit', '5'], named)).toMatchObject(
      {
        columns: [{ name: 'one' }],
        rows: [[1]],
      },
    );
    const wrong = await home.run(['datakit', 'query', id, 'SELECT specis FROM data'], named);
    expect(wrong).toMatchObject({ code: 4, stderr: expect.stringContaining('Did you mean "species"?') });

    expect(await home.json(['datakit', 'transform', id, '--sql', sql], named)).toMatchObject({
      version: 2,
      status: 'READY',
      rows: 3,
    });
    expect(await home.json(['datakit', 'versions', id], named)).toMatchObject([
      { version: 2, made: 'transformed', current: true },
      { version: 1, made: 'sample', current: false },
    ]);
    const file = join(home.folder, 'species.csv');
    const download = ['datakit', 'download', id, '--format', 'csv', '--output', file];
    expect(await home.json(download, named)).toMatchObject({ file });
    expect(await readFile(file, 'utf8')).toBe('species,n\nAdelie,152\nGentoo,124\nChinstrap,68\n');
    expect(await home.run(download, named)).toMatchObject({
      stderr: expect.stringContaining('exists already'),
    });
    expect(await home.json(['datakit', 'append', id, file], named)).toMatchObject({ version: 3, rows: 6 });
    expect(await home.json(['datakit', 'replace', id, file], named)).toMatchObject({ version: 4, rows: 3 });
    expect(await home.json(['datakit', 'append', id, '/nowhere.csv'], named)).toMatchObject({
      code: 'NO_FILE',
    });
  });
  it('names the columns there are when the target is none of them', async () => {
    const datakit = await home.json(['datakit', 'sample', 'wine'], named);
    const train = ['model', 'train', '--datakit', String(datakit['id']), '--target', 'price'];
    const { code, stderr } = await home.run(train, named);
    expect(code).toBe(2);
    expect(stderr).toContain('has no column "price"');
    const unweighed = await home.run([...train, '--class-weight', 'much'], named);
    expect(unweighed.stderr).toContain('--class-weight much is no label=weight');
    expect(stderr).toContain('cultivar');
  });
});

describe('for scripts', () => {
  it('the exit code tells usage, an unreachable server and a refusal apart', async () => {
    expect((await home.run(['serv'])).code).toBe(2);
    expect((await home.run(['datakit', 'list', '--url', 'http://127.0.0.1:1', '--token', 't'])).code).toBe(3);
    expect((await home.run(['job', 'show', crypto.randomUUID()], named)).code).toBe(4);
    expect((await home.run(['--version'])).code).toBe(0);
  });
  it('with --json an error, too, is one JSON value on standard output', async () => {
    const missing = await home.json(['datakit', 'upload', '/nowhere.csv'], named);
    expect(missing).toMatchObject({ success: false, code: 'NO_FILE' });
    const usage = await home.json(['model', 'create', '--name', 'n'], named);
    expect(usage).toMatchObject({ success: false, code: 'USAGE' });
    const away = await home.json(['status', '--url', 'http://127.0.0.1:1']);
    expect(away).toMatchObject({ success: false, code: 'UNREACHABLE' });
  });
  it('the state of a server is a command away', async () => {
    const health = await home.json(['status'], named);
    expect(health).toMatchObject({ status: 'healthy', services: { database: { status: 'healthy' } } });
  });
});

describe('quadrax db beside a running server', () => {
  it('looks, but does not pull the tables away under it', async () => {
    const status = await home.json<{ applied: boolean }[]>(['db', 'status']);
    expect(status.every(({ applied }) => applied)).toBe(true);
    expect((await home.run(['db', 'reset', '--yes'])).code).toBe(2);
    expect((await home.run(['db', 'rollback'])).code).toBe(2);
  });
});
