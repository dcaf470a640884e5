const vowels = [...'aăâeêioôơuưy'].flatMap(v => ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323'].map(t => v + t))
const lower = [...vowels, 'đ'].map(letter => letter.normalize('NFC'))

/** Every letter of Vietnamese beyond ASCII, precomposed: 67 small, 67 capital. */
export const vietnameseLetters = [...lower, ...lower.map(l => l.toUpperCase())].filter(l => l.charCodeAt(0) > 127)

/** Marks of letters that come in two parts. */
export const combiningMarks = [...'\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b']
