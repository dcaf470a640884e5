import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { type ImportChoices, type ImportWatch, importList, type ListImport } from '../../api/imports.ts'

/** One check or import with its progress and a way to stop it. */
export function useImport(dryRun: boolean, onDone: () => void = () => undefined) {
  const [watch, setWatch] = useState<ImportWatch>()
  const stop = useRef<AbortController>(undefined)
  const mutation = useMutation<ListImport, unknown, { file: File; choices: Omit<ImportChoices, 'dryRun'> }>({
    mutationFn: ({ file, choices }) => {
      setWatch(undefined)
      stop.current = new AbortController()
      return importList(file, { ...choices, dryRun }, setWatch, stop.current.signal)
    },
    onSuccess: onDone,
  })
  return { ...mutation, watch, stop: () => stop.current?.abort() }
}
