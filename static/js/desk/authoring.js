// The order of modules and activities (templates/authoring/outline.html): arrows and dragging; the School is told each time.
for (const form of document.querySelectorAll('form[data-order]')) {
  const said = document.querySelector('[data-said]'), modules = document.querySelector('[data-modules]')
  if (!modules) continue
  const items = () => [...modules.querySelectorAll('[data-token]')]
  const lists = () => [...modules.querySelectorAll('[data-activities]')]
  const isModule = (item) => item.dataset.token.startsWith('m:')
  const order = () => items().map((item) => item.dataset.token)
  const dialog = document.querySelector('dialog[data-effects]')
  let busy = false, again = null, saved = order()

  const first = (item) => !item.previousElementSibling, last = (item) => !item.nextElementSibling
  // No arrow leads nowhere; whoever stood on one that went off stands on the other one.
  const settle = (focused = document.activeElement) => {
    for (const button of modules.querySelectorAll('button[data-way]')) {
      const item = button.closest('[data-token]'), end = button.dataset.way === 'up' ? first : last
      button.disabled = end(item) && (isModule(item) || end(item.parentNode.closest('[data-token]')))
    }
    const there = focused?.disabled ? focused.parentNode.querySelector('button[data-way]:enabled') : focused
    if (there !== document.activeElement) there?.focus()
  }
  // The page in another order of the same things.
  const arrange = (tokens) => {
    const focused = document.activeElement, by = new Map(items().map((item) => [item.dataset.token, item]))
    let list
    for (const item of tokens.map((token) => by.get(token))) {
      if (isModule(item)) { modules.append(item); list = item.querySelector('[data-activities]') } else list.append(item)
    }
    settle(focused)
  }
  // The page as it is now in the School, which is not what was seen here.
  const renew = async () => {
    const answer = await fetch(form.dataset.order), page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const stood = document.activeElement.closest('button[data-way]')?.value
    const { value } = page.querySelector('form[data-order]').elements.seen
    modules.replaceChildren(...page.querySelector('[data-modules]').children)
    form.elements.seen.value = value
    saved = order()
    showGrips()
    if (stood) settle([...modules.querySelectorAll('button[data-way]')].find((each) => each.value === stood))
  }
  // What it does to who takes part is asked before any of it is saved.
  const agreed = (effects) => new Promise((resolve) => {
    dialog.querySelector('ul').replaceChildren(...effects.map((words) => Object.assign(document.createElement('li'), { textContent: words })))
    dialog.returnValue = ''
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
    dialog.showModal()
  })
  const say = (words, wrong) => { said.textContent = words; said.classList.toggle('error', wrong) }
  const send = async (words, shown = '') => {
    if (busy) { again = words; return }
    busy = true
    const data = new FormData(form), wanted = order()
    data.set('order', wanted.join(' '))
    data.set('shown', shown)
    let confirmed
    try {
      const answer = await fetch(form.action, { method: 'POST', body: data, headers: { Accept: 'application/json' } })
      const told = await answer.json()
      if (answer.ok) {
        form.elements.seen.value = told.seen
        saved = wanted
        say(`${words} ${told.message}`, false)
      } else if (told.effects) {
        if (again === null && await agreed(told.effects)) confirmed = told.shown
        else if (again === null) { arrange(saved); say(dialog.dataset.left, false) }
      } else { await renew(); again = null; say(told.message, true) }
    } catch {
      again = null
      arrange(saved)
      say(form.dataset.failed, true)
    }
    busy = false
    if (confirmed !== undefined) return send(words, confirmed)
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
    settle(button)
    placed(item)
  })

  // A thing is dragged by its dots, so that its words can still be marked.
  let held, before
  const showGrips = () => { for (const grip of modules.querySelectorAll('[data-grip]')) grip.hidden = false }
  showGrips()
  for (const each of document.querySelectorAll('[data-drag]')) each.hidden = false
  modules.addEventListener('pointerdown', ({ target }) => { const item = target.closest('[data-grip]')?.closest('[data-token]'); if (item) item.draggable = true })
  modules.addEventListener('pointerup', () => items().forEach((item) => item.removeAttribute('draggable')))
  modules.addEventListener('dragstart', (event) => {
    held = event.target.closest?.('[data-token][draggable]')
    if (!held) return
    before = order()
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
  modules.addEventListener('drop', (event) => { if (held) { event.preventDefault(); before = null } })
  modules.addEventListener('dragend', () => {
    if (!held) return
    const item = held
    held = null
    item.classList.remove('held')
    item.removeAttribute('draggable')
    if (before) arrange(before) // Escape, or let go outside: it was not put anywhere
    else { settle(); placed(item) }
  })

  // One menu at a time.
  document.addEventListener('click', ({ target }) => { for (const menu of document.querySelectorAll('.contents__menu[open]')) if (!menu.contains(target)) menu.open = false })
  document.addEventListener('keydown', (event) => {
    const menu = event.key === 'Escape' && document.querySelector('.contents__menu[open]')
    if (menu) { menu.open = false; menu.querySelector('summary').focus() }
  })
}
