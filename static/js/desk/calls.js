// Writing a call: rows that can be dragged, options of a question, a new deadline in words.
{
  const language = document.documentElement.lang || 'es'

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
