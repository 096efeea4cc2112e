// The order of modules and activities (templates/authoring/outline.html): arrows and dragging; the School is told each time.
for (const form of document.querySelectorAll('form[data-order]')) {
  const said = document.querySelector('[data-said]'), modules = document.querySelector('[data-modules]')
  if (!modules) continue
  const items = () => [...modules.querySelectorAll('[data-token]')]
  const lists = () => [...modules.querySelectorAll('[data-activities]')]
  const isModule = (item) => item.dataset.token.startsWith('m:')
  let busy = false, again = null

  const send = async (words) => {
    if (busy) { again = words; return }
    busy = true
    const data = new FormData(form)
    data.set('order', items().map((item) => item.dataset.token).join(' '))
    try {
      const answer = await fetch(form.action, { method: 'POST', body: data, headers: { Accept: 'application/json' } })
      const told = await answer.json()
      said.textContent = answer.ok ? `${words} ${told.message}` : told.message
      said.classList.toggle('error', !answer.ok)
      if (answer.ok) form.elements.seen.value = told.seen
    } catch {
      said.textContent = form.dataset.failed
      said.classList.add('error')
    }
    busy = false
    if (again !== null) { const next = again; again = null; send(next) }
  }
  const placed = (item) => {
    const place = [...item.parentNode.children].filter((each) => each.dataset.token).indexOf(item) + 1
    send(form.dataset.moved.replace('{what}', item.dataset.name).replace('{place}', place))
  }

  modules.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-way]')
    if (!button) return
    event.preventDefault()
    const item = button.closest('[data-token]'), up = button.dataset.way === 'up'
    const beside = up ? item.previousElementSibling : item.nextElementSibling
    if (beside) beside[up ? 'before' : 'after'](item)
    else {
      const all = lists(), next = isModule(item) ? null : all[all.indexOf(item.parentNode) + (up ? -1 : 1)]
      if (!next) return
      next[up ? 'append' : 'prepend'](item)
    }
    button.focus()
    placed(item)
  })

  // A thing is dragged by its dots, so that its words can still be marked.
  let held
  for (const grip of modules.querySelectorAll('[data-grip]')) grip.hidden = false
  for (const each of document.querySelectorAll('[data-drag]')) each.hidden = false
  modules.addEventListener('pointerdown', ({ target }) => { const item = target.closest('[data-grip]')?.closest('[data-token]'); if (item) item.draggable = true })
  modules.addEventListener('pointerup', () => items().forEach((item) => item.removeAttribute('draggable')))
  modules.addEventListener('dragstart', (event) => {
    held = event.target.closest?.('[data-token][draggable]')
    if (!held) return
    event.dataTransfer.effectAllowed = 'move'
    event.dataTransfer.setData('text/plain', held.dataset.name)
    held.classList.add('held')
  })
  modules.addEventListener('dragover', (event) => {
    if (!held) return
    event.preventDefault()
    const module = event.target.closest('[data-modules] > [data-token]')
    const over = isModule(held) ? module : event.target.closest('[data-activities] > [data-token]')
    if (over && over !== held) {
      const { top, height } = over.getBoundingClientRect()
      over[event.clientY < top + height / 2 ? 'before' : 'after'](held)
    } else if (!over && module && !isModule(held) && !module.contains(held)) module.querySelector('[data-activities]').append(held)
  })
  modules.addEventListener('drop', (event) => held && event.preventDefault())
  modules.addEventListener('dragend', () => {
    if (!held) return
    const item = held
    held = null
    item.classList.remove('held')
    item.removeAttribute('draggable')
    placed(item)
  })

  // One menu at a time.
  document.addEventListener('click', ({ target }) => { for (const menu of document.querySelectorAll('.contents__menu[open]')) if (!menu.contains(target)) menu.open = false })
  document.addEventListener('keydown', (event) => {
    const menu = event.key === 'Escape' && document.querySelector('.contents__menu[open]')
    if (menu) { menu.open = false; menu.querySelector('summary').focus() }
  })
}
