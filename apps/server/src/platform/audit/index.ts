export { recordAudit } from './audit.ts';
export type { AuditEntry } from './audit.ts';
export { verifyAudit } from './verify.ts';
export type { AuditVerification, BrokenChain } from './verify.ts';
