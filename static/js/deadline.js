// Deadlines of calls: how long is left, kept right each minute, and the visitor's own clock.
{
  const language = document.documentElement.lang || 'es'
  const spell = (number, unit) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(number)
  const list = (parts) => new Intl.ListFormat(language, { type: 'conjunction' }).format(parts)

  // «3 days and 4 hours left»: the same two largest units as the School writes
  const draw = (place) => {
    const words = place.querySelector('[data-left]')
    if (!words) return
    const minutes = Math.floor((new Date(place.dataset.deadline) - Date.now()) / 60000)
    if (minutes < 0) return void (words.textContent = place.dataset.over)
    const days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24
    const units = days ? [[days, 'day'], [hours, 'hour']] : [[hours, 'hour'], [minutes % 60, 'minute']]
    const shown = units.filter(([number]) => number)
    if (!shown.length) shown.push([1, 'minute'])
    const template = shown[0][0] === 1 ? words.dataset.one : words.dataset.many
    words.textContent = template.replace('{}', list(shown.map(([number, unit]) => spell(number, unit))))
  }
  const deadlines = [...document.querySelectorAll('[data-deadline]')]
  if (deadlines.length) setInterval(() => deadlines.forEach(draw), 60000)

  // Before the School knows a visitor's zone, their browser does.
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  for (const place of document.querySelectorAll('[data-own-clock]')) {
    if (place.textContent.trim() || !own || own === place.dataset.zone || !own.includes('/')) continue
    const at = new Date(place.dataset.ownClock)
    const year = at.getFullYear() === new Date().getFullYear() ? undefined : 'numeric'
    const told = (timeZone) => new Intl.DateTimeFormat(language, { timeZone, weekday: 'long', day: 'numeric', month: 'long', year, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
    if (told(own) === told(place.dataset.zone)) continue
    const city = place.dataset.place.replace('{}', own.split('/').pop().replaceAll('_', ' '))
    place.textContent = place.dataset.words.replace('{}', `${told(own)}, ${city}`)
  }
}
