// Writes src/NotificationService.Core/Templates/Language/locales.json: how the languages of docs/templates.md write numbers, amounts and times, as the
// Unicode consortium's data (CLDR) that Node.js brings along have it. The service itself runs without such data. Run by hand: node eng/make-locales.mjs
import { writeFileSync } from 'node:fs'

const names = ['en', 'en-AU', 'en-CA', 'en-GB', 'en-IE', 'en-NZ', 'ar', 'cs', 'da', 'de', 'de-AT', 'de-CH', 'el', 'es', 'es-MX', 'es-US', 'fi', 'fr', 'fr-BE', 'fr-CA',
  'fr-CH', 'he', 'hu', 'it', 'ja', 'ko', 'nb', 'nl', 'nl-BE', 'pl', 'pt', 'pt-PT', 'ro', 'ru', 'sv', 'tr', 'uk', 'zh', 'zh-TW']
const currencies = ['USD', 'EUR', 'GBP', 'JPY', 'CNY', 'INR', 'KRW', 'BRL', 'CAD', 'AUD', 'NZD', 'MXN', 'ILS', 'PLN', 'CZK', 'SEK', 'NOK', 'DKK', 'HUF', 'TRY', 'UAH', 'RUB',
  'RON', 'CHF', 'AED', 'SAR', 'EGP', 'ZAR', 'HKD', 'TWD', 'VND', 'PHP', 'XAF', 'XOF']
const days = [...Array(7).keys()].map(i => new Date(Date.UTC(2026, 1, 1 + i)))
const months = [...Array(12).keys()].map(i => new Date(Date.UTC(2026, i, 3)))
const sample = new Date('2026-09-03T09:05:00Z')

const part = (locale, options, date, type) =>
  new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC', calendar: 'gregory', numberingSystem: 'latn' }).formatToParts(date).find(one => one.type === type)?.value

function names_of (locale) {
  return {
    months: months.map(date => part(locale, { month: 'long' }, date, 'month')),
    monthsOfDay: months.map(date => part(locale, { dateStyle: 'long' }, date, 'month')).map((name, i) => /^\d/.test(name) ? part(locale, { month: 'long' }, months[i], 'month') : name),
    shortMonths: months.map(date => part(locale, { dateStyle: 'medium' }, date, 'month')).map((name, i) => /^\d/.test(name) ? part(locale, { month: 'short' }, months[i], 'month') : name),
    weekdays: days.map(date => part(locale, { weekday: 'long' }, date, 'weekday')),
    shortWeekdays: days.map(date => part(locale, { weekday: 'short' }, date, 'weekday')),
    am: part(locale, { hour: 'numeric', hour12: true }, sample, 'dayPeriod'),
    pm: part(locale, { hour: 'numeric', hour12: true }, new Date('2026-09-03T21:05:00Z'), 'dayPeriod')
  }
}

// The pattern of .NET that writes what Intl writes.
function pattern (locale, options, known) {
  const parts = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC', calendar: 'gregory', numberingSystem: 'latn' }).formatToParts(sample)
  const half = parts.some(one => one.type === 'dayPeriod')
  return parts.map(({ type, value }) => {
    const digits = value.length
    switch (type) {
      case 'day': return 'd'.repeat(digits)
      case 'month': return /^\d+$/.test(value) ? 'M'.repeat(digits) : value === known.monthsOfDay[8] || value === known.months[8] ? 'MMMM' : 'MMM'
      case 'year': return digits === 2 ? 'yy' : 'yyyy'
      case 'weekday': return value === known.weekdays[4] ? 'dddd' : 'ddd'
      case 'hour': return (half ? 'h' : 'H').repeat(digits)
      case 'minute': return 'mm'
      case 'dayPeriod': return 'tt'
      case 'literal': return `'${value.replaceAll("'", "\\'")}'`
      default: throw new Error(`${locale}: ${type}`)
    }
  }).join('')
}

function amounts (locale) {
  const form = value => new Intl.NumberFormat(locale, { style: 'currency', currency: 'CHF', currencyDisplay: 'code', numberingSystem: 'latn', minimumFractionDigits: 0 }).format(value)
  const plain = value => new Intl.NumberFormat(locale, { numberingSystem: 'latn' }).format(value)
  const symbol = value => new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR', numberingSystem: 'latn', minimumFractionDigits: 0 }).formatToParts(value)
    .map(one => one.type === 'currency' ? '¤' : ['integer', 'group', 'decimal', 'fraction'].includes(one.type) ? '#' : one.value).join('').replace(/#+/, '#')
  const symbols = {}
  for (const currency of currencies) {
    const text = new Intl.NumberFormat(locale, { style: 'currency', currency }).formatToParts(1).find(one => one.type === 'currency').value
    if (text !== currency) symbols[currency] = text
  }
  const parts = new Intl.NumberFormat(locale, { numberingSystem: 'latn' }).formatToParts(1234567.5)
  return {
    decimal: parts.find(one => one.type === 'decimal').value,
    group: parts.find(one => one.type === 'group').value,
    minus: new Intl.NumberFormat(locale, { numberingSystem: 'latn' }).formatToParts(-1).find(one => one.type === 'minusSign').value,
    groupsFrom: plain(1234).length === 4 ? 10000 : 1000,
    amount: symbol(1),
    negativeAmount: symbol(-1),
    // A code written in letters stands apart from the digits.
    codeAmount: form(1).replace('CHF', '¤').replace('1', '#'),
    negativeCodeAmount: form(-1).replace('CHF', '¤').replace('1', '#'),
    symbols
  }
}

const plurals = []
function relative (locale) {
  const rules = new Intl.PluralRules(locale)
  const form = new Intl.RelativeTimeFormat(locale, { numeric: 'always', numberingSystem: 'latn' })
  const of = [...Array(200).keys()].map(n => rules.select(n))
  const kinds = [...new Set(of)]
  const letters = of.map(kind => kinds.indexOf(kind)).join('')
  if (!plurals.includes(letters)) plurals.push(letters)
  const units = {}
  for (const unit of ['minute', 'hour', 'day', 'month', 'year']) {
    const forms = sign => kinds.map(kind => {
      const n = of.indexOf(kind)
      return form.formatToParts(sign * n, unit).map(one => one.type === 'literal' ? one.value : '#').join('')
    })
    units[unit] = { past: forms(-1), future: forms(1).map((text, i) => of.indexOf(kinds[i]) === 0 ? form.formatToParts(0, unit).map(one => one.type === 'literal' ? one.value : '#').join('') : text) }
  }
  return { plural: plurals.indexOf(letters), now: new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second'), ...units }
}

const locales = {}
for (const locale of names) {
  const known = names_of(locale)
  const dates = {}
  for (const style of ['short', 'medium', 'long', 'full']) {
    dates[style] = pattern(locale, { dateStyle: style }, known)
    dates[`${style} time`] = pattern(locale, { dateStyle: style, timeStyle: 'short' }, known)
  }
  dates.time = pattern(locale, { timeStyle: 'short' }, known)
  locales[locale] = { ...amounts(locale), ...known, dates, relative: relative(locale) }
}
const lines = Object.entries(locales).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
// What cannot be seen is written so that it can.
const visible = text => text.replace(/[\u00a0\u061c\u200e\u200f\u202f]/g, one => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
writeFileSync(new URL('../src/NotificationService.Core/Templates/Language/locales.json', import.meta.url),
  visible(`{"plurals":${JSON.stringify(plurals)},\n"locales":{\n${lines.join(',\n')}\n}}\n`))
