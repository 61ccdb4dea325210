import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const predictionBuckets = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1];
const jobBuckets = [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200];

/** A value as it is now. */
export interface Reading {
  readonly name: string;
  readonly help: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}

/** Of more models than this the metrics tell as of one, so that no label grows without end. */
const mostModels = 100;

/** What the process measures of itself, in Prometheus's format. */
export interface Telemetry {
  readonly measureQuery: (seconds: number) => void;
  readonly observeJob: (kind: string, status: string, seconds: number) => void;
  /** What counts and times the requests for predictions of a version; made once, called for each. */
  readonly observePredictions: (model: string, version: number) => (seconds: number, failed: boolean) => void;
  /** Counts and times every request of `app`, and writes a log line for each. */
  watch(app: FastifyInstance): void;
  /** Asked anew whenever the metrics are read. */
  gauges(read: () => Promise<Reading[]>): void;
  render(): Promise<{ contentType: string; text: string }>;
}

export const createTelemetry = (): Telemetry => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request.',
    labelNames: ['method', 'route'],
    buckets: requestBuckets,
    registers,
  });
  const queries = new Histogram({
    name: 'database_query_duration_seconds',
    help: 'Time of a database transaction.',
    buckets: requestBuckets,
    registers,
  });
  const jobs = new Histogram({
    name: 'job_duration_seconds',
    help: 'Time of a job from claim to end.',
    labelNames: ['kind', 'status'],
    buckets: jobBuckets,
    registers,
  });
  const predictions = new Counter({
    name: 'model_predictions_total',
    help: 'Requests for predictions.',
    labelNames: ['model', 'version', 'outcome'],
    registers,
  });
  const predictionDurations = new Histogram({
    name: 'model_prediction_duration_seconds',
    help: 'Time to check and predict the rows of a request.',
    labelNames: ['model'],
    buckets: predictionBuckets,
    registers,
  });
  const answers = new Map<string, (seconds: number) => void>();
  /** What counts and times the answers of a route: its series are looked up by their labels once, not each time. */
  const answersOf = (method: string, route: string, status: number): ((seconds: number) => void) => {
    const key = `${method} ${status} ${route}`;
    const known = answers.get(key);
    if (known) return known;
    const count = requests.labels({ method, route, status: String(status) });
    const duration = durations.labels({ method, route });
    const observe = (seconds: number): void => {
      count.inc();
      duration.observe(seconds);
    };
    answers.set(key, observe);
    return observe;
  };
  const named = new Set<string>();
  const current = new Map<string, Gauge>();
  let readGauges: Parameters<Telemetry['gauges']>[0] = async () => [];
  return {
    measureQuery: (seconds) => queries.observe(seconds),
    observeJob: (kind, status, seconds) => jobs.observe({ kind, status }, seconds),
    observePredictions: (given, version) => {
      const model = named.has(given) || named.size < mostModels ? given : 'other';
      if (model === given) named.add(given);
      const labels = { model, version: model === 'other' ? 'any' : String(version) };
      const good = predictions.labels({ ...labels, outcome: 'ok' });
      const bad = predictions.labels({ ...labels, outcome: 'refused' });
      const duration = predictionDurations.labels({ model });
      return (seconds, failed) => {
        (failed ? bad : good).inc();
        duration.observe(seconds);
      };
    },
    watch: (app) => {
      const tellsAll = app.log.level === 'debug' || app.log.level === 'trace';
      app.addHook('onResponse', (request, reply, done) => {
        const { method, routeOptions, id } = request;
        const { statusCode: status, elapsedTime: ms } = reply;
        const route = routeOptions.url ?? 'none';
        answersOf(method, route, status)(ms / 1000);
        if (tellsAll)
          request.log.debug(
            {
              action: 'http.request',
              method,
              route,
              status,
              request_id: id,
              duration_ms: Math.round(ms * 10) / 10,
            },
            'Answered',
          );
        done();
      });
    },
    gauges: (read) => {
      readGauges = read;
    },
    render: async () => {
      const readings = await readGauges();
      for (const gauge of current.values()) gauge.reset();
      for (const { name, help, labels, value } of readings) {
        const gauge =
          current.get(name) ?? new Gauge({ name, help, labelNames: Object.keys(labels), registers });
        current.set(name, gauge);
        gauge.set(labels, value);
      }
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
};
