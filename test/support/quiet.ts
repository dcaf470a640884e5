/** Quiet hours as in LOA_QUIET_HOURS that hold now and for hours to come, whatever the time of the test. */
export function quietNow(now = new Date()): string {
  const clock = (hours: number) =>
    new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Asia/Ho_Chi_Minh',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).format(new Date(now.getTime() + hours * 3_600_000))
  return `${clock(-2)}-${clock(8)}`
}
