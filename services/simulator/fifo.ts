/** A queue whose ends are cheap however long it is (a Map or Set walks over what was deleted at its front). */
export interface Fifo<Item> {
  push(item: Item): void
  /** Puts back what {@link shift} gave. */
  unshift(item: Item): void
  shift(): Item | undefined
  size(): number
}

export function createFifo<Item>(): Fifo<Item> {
  let items: (Item | undefined)[] = []
  let head = 0
  return {
    push(item) {
      items.push(item)
    },
    unshift(item) {
      if (head > 0) {
        head -= 1
        items[head] = item
      } else items.unshift(item)
    },
    shift() {
      if (head >= items.length) return undefined
      const item = items[head]
      items[head] = undefined
      head += 1
      if (head > 1024 && head * 2 > items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
    size: () => items.length - head,
  }
}
