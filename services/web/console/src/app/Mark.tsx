/** The horn of Loa, drawn in the current text colour on its own ground. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg viewBox="5 5.5 22 21" width={size} height={size} aria-hidden="true" focusable="false">
      <path d="M8 13.2h4.2L21 8v16l-8.8-5.2H8a1.6 1.6 0 0 1-1.6-1.6v-2.4A1.6 1.6 0 0 1 8 13.2Z" fill="#e2bd68" />
      <path
        d="M23.6 12.2a5.4 5.4 0 0 1 0 7.6M10.6 19.2l1.5 5.3h2.7l-1.3-4.4"
        fill="none"
        stroke="#e2bd68"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
