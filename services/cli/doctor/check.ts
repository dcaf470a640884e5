import type { Sentence } from '../../domain/errors.ts'

/** What one look found. */
export interface Finding {
  ok: boolean
  message: Sentence
  /** What to type or change when it is not ok. */
  mend?: string
}

/** One thing that `loa doctor` looks at. */
export interface Check {
  name: string
  /** False when Loa runs without it: the finding is then advice and does not change the exit status. */
  required: boolean
  look(): Promise<Finding>
}

export interface Report {
  /** True when everything that is required is fine. */
  ok: boolean
  checks: (Finding & { name: string; required: boolean })[]
}

/** Looks at everything at once; a check that breaks is itself a finding. */
export async function examine(checks: Check[]): Promise<Report> {
  const findings = await Promise.all(
    checks.map(async ({ name, required, look }) => {
      const finding = await look().catch(
        (error: Error): Finding => ({
          ok: false,
          message: { vi: `Không kiểm tra được: ${error.message}`, en: `Could not be checked: ${error.message}` },
        }),
      )
      return { name, required, ...finding }
    }),
  )
  return { ok: findings.every(finding => finding.ok || !finding.required), checks: findings }
}

export function fine(vi: string, en: string): Finding {
  return { ok: true, message: { vi, en } }
}

export function wrong(vi: string, en: string, mend?: string): Finding {
  return { ok: false, message: { vi, en }, ...(mend === undefined ? {} : { mend }) }
}
