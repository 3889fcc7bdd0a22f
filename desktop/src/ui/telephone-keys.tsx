// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

// As they lie on a telephone.
export function TelephoneKeys({ press }: { press: (key: string) => void }) {
  return KEYS.map((key) => <button key={key} type="button" onClick={() => press(key)}>{key}</button>)
}
