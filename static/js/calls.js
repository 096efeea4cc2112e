// Calls: how long is left, kept right each minute; the visitor's own clock; rows that can be dragged; options of a question.
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

  // A row is dragged to another place; its buttons do the same.
  for (const rows of document.querySelectorAll('[data-ordered]')) {
    let held
    const all = () => [...rows.querySelectorAll(':scope > [data-row]')]
    for (const row of all()) {
      row.draggable = true
      row.addEventListener('dragstart', (event) => { held = row; event.dataTransfer.effectAllowed = 'move'; row.classList.add('held') })
      row.addEventListener('dragend', () => { row.classList.remove('held'); held = null })
    }
    rows.addEventListener('dragover', (event) => {
      const over = event.target.closest('[data-row]')
      if (!held) return
      event.preventDefault()
      if (!over || over === held) return
      const { top, height } = over.getBoundingClientRect()
      over[event.clientY < top + height / 2 ? 'before' : 'after'](held)
    })
    rows.addEventListener('drop', (event) => {
      if (!held) return
      event.preventDefault()
      const form = held.querySelector('[data-place]'), place = document.createElement('input')
      Object.assign(place, { type: 'hidden', name: 'place', value: all().indexOf(held) + 1 })
      form.append(place)
      form.submit()
    })
  }

  // Options are only asked for where the kind of answer has some.
  for (const form of document.querySelectorAll('[data-question-form]')) {
    const options = form.querySelector('[data-options]')
    const show = () => { options.hidden = !['single', 'multiple'].includes(form.elements.kind.value) }
    form.elements.kind.addEventListener('change', show)
    show()
  }

  // What a new deadline will be, in words.
  for (const place of document.querySelectorAll('[data-effect]')) {
    const input = place.closest('form').elements[place.dataset.input], said = place.querySelector('[data-new]')
    if (!input) continue
    const first = said.textContent
    input.addEventListener('input', () => {
      const at = new Date(`${input.value}Z`)
      said.textContent = Number.isNaN(+at) ? first : `${new Intl.DateTimeFormat(language, { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)}, ${said.dataset.zoneWords}`
    })
  }
}
