// Rows of a form (templates/ui/builder.html): added, moved, copied and taken out in the page; the same buttons work without this.
{
  const UNKNOWN = 'new'
  const named = ['name', 'id', 'for', 'aria-describedby', 'aria-labelledby', 'data-rows', 'data-blank', 'data-adders', 'data-said']
  const rowsOf = (list) => [...list.children].filter((each) => each.matches('[data-row]'))
  const listOf = (button) => document.querySelector(`[data-rows="${button.name.replace(/-do$/, '')}"]`)

  // Every name that begins `questions-3-` begins `questions-2-` in third place.
  const rename = (place, old, now) => {
    for (const each of place.querySelectorAll('*')) {
      for (const attribute of named) {
        const value = each.getAttribute(attribute)
        if (value?.includes(old)) each.setAttribute(attribute, value.split(' ').map((one) => one.startsWith(`${old}-`) || one === old ? now + one.slice(old.length) : one).join(' '))
      }
      if (each.localName === 'template') rename(each.content, old, now)
    }
  }
  const number = (list) => {
    const name = list.dataset.rows
    const rows = rowsOf(list)
    // twice, by way of a name that no row has: two rows of one name would share their radio buttons
    rows.forEach((row, place) => { const [, old] = row.id.match(/-(\w+)$/); rename(row, `${name}-${old}`, `${name}-moving${place}`); row.id = `${name}-moving${place}` })
    rows.forEach((row, place) => {
      rename(row, `${name}-moving${place}`, `${name}-${place}`)
      row.id = `${name}-${place}`
      const own = (each) => each.closest('[data-row]') === row
      for (const each of row.querySelectorAll('[data-number]')) if (own(each)) each.textContent = place + 1
      for (const each of row.querySelectorAll('button[data-do]')) {
        if (!own(each) || each.dataset.do === 'add') continue
        each.value = `${each.dataset.do}-${place}`
        if (each.dataset.do === 'up') each.disabled = place === 0
        if (each.dataset.do === 'down') each.disabled = place === rows.length - 1
        if (each.dataset.do === 'drop') each.disabled = rows.length <= +list.dataset.least && rows.length < 2
      }
    })
    const full = rows.length >= +list.dataset.most
    for (const add of document.querySelectorAll(`[data-adders="${name}"] button`)) add.disabled = full
  }
  const whole = (list) => { number(list); for (const inner of list.querySelectorAll('[data-rows]')) number(inner); total() }
  const changed = (list) => list.closest('form')?.dispatchEvent(new Event('input', { bubbles: true }))
  const first = (row) => [...row.querySelectorAll('textarea, input:not([type=hidden])')].find((each) => each.type !== 'checkbox') ?? row
  const called = (row) => row.querySelector('[data-name]')?.textContent.trim() ?? ''
  const say = (list, words, back) => {
    const said = document.querySelector(`[data-said="${list.dataset.rows}"]`)
    if (!said) return
    said.textContent = words
    if (!back) return
    const button = document.createElement('button')
    Object.assign(button, { type: 'button', className: 'button button--small button--quiet', textContent: list.dataset.back })
    button.addEventListener('click', () => { back(); said.textContent = '' })
    said.append(' ', button)
  }

  const tellPlace = (list, row, name) => say(list, list.dataset.moved.replace('{what}', name).replace('{place}', rowsOf(list).indexOf(row) + 1))

  const verbs = {
    add(list, row, { dataset: { sort } }) {
      const blank = [...document.querySelectorAll('template[data-blank]')].find((each) => each.dataset.blank === list.dataset.rows && each.dataset.sort === sort)
      list.append(blank.content.cloneNode(true))
      const added = list.lastElementChild
      added.id = `${list.dataset.rows}-${UNKNOWN}`
      whole(list)
      first(added).focus()
    },
    copy(list, row) {
      const copy = row.cloneNode(true)
      const typed = [...row.querySelectorAll('input, select, textarea')]
      copy.querySelectorAll('input, select, textarea').forEach((each, place) => { each.value = typed[place].value; each.checked = typed[place].checked })
      const identity = [...copy.querySelectorAll('[data-identity]')].find((each) => each.closest('[data-row]') === copy)
      if (identity) identity.value = ''
      row.after(copy)
      whole(list)
      first(copy).focus()
    },
    drop(list, row) {
      const next = row.nextElementSibling
      const words = list.dataset.dropped.replace('{what}', called(row))
      row.remove()
      whole(list)
      say(list, words, () => { list.insertBefore(row, next?.parentNode === list ? next : null); whole(list); changed(list); first(row).focus() })
      const said = document.querySelector(`[data-said="${list.dataset.rows}"] button`)
      said?.focus()
    },
    up: (list, row, button) => move(list, row, button, row.previousElementSibling, 'before'),
    down: (list, row, button) => move(list, row, button, row.nextElementSibling, 'after'),
  }
  const move = (list, row, button, other, side) => {
    if (!other) return
    const name = called(row)
    other[side](row)
    whole(list)
    tellPlace(list, row, name)
    const sibling = button.parentNode.querySelector(`[data-do="${side === 'before' ? 'down' : 'up'}"]`)
    ;(button.disabled ? sibling : button).focus()
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-do]')
    const list = button && listOf(button)
    if (!list) return
    event.preventDefault()
    verbs[button.dataset.do](list, button.dataset.do === 'add' ? null : button.closest('[data-row]'), button)
    changed(list)
  })

  // One right answer: marking another takes the first mark away.
  document.addEventListener('change', ({ target }) => {
    const question = target.closest('[data-right]')
    if (target.type === 'checkbox' && target.checked && question && question.dataset.right !== 'multiple') {
      for (const each of question.querySelectorAll('input[type=checkbox]')) if (each !== target) each.checked = false
    }
    if (target.matches('[data-kind]')) target.closest('[data-row]').querySelector('[data-right]').dataset.right = target.value
  })

  // Points in all: the sum of what is named, or of the largest of each row, as often as it counts.
  const total = () => {
    for (const place of document.querySelectorAll('[data-total]')) {
      const list = document.querySelector(`[data-rows="${place.dataset.within}"]`)
      if (!list) continue
      const points = (row) => [...row.querySelectorAll(place.dataset.total)].map((each) => Number(each.value) || 0)
      const weight = (row) => Number(row.querySelector('[data-weight]')?.value) || 1
      place.textContent = rowsOf(list).reduce((sum, row) => sum + weight(row) * Math.max(0, ...points(row)), 0)
    }
  }
  document.addEventListener('input', (event) => event.target.closest('[data-rows]') && total())

  // A row is dragged by its handle, so that the words in it can still be marked.
  let held, before
  document.addEventListener('pointerdown', ({ target }) => {
    const row = target.closest('[data-handle]')?.closest('[data-row]')
    if (row) row.draggable = true
  })
  document.addEventListener('pointerup', ({ target }) => target.closest('[data-row]')?.removeAttribute('draggable'))
  document.addEventListener('dragstart', (event) => {
    const row = event.target.closest?.('[data-rows] > [data-row][draggable]')
    if (!row) return
    held = row
    before = row.nextElementSibling
    event.dataTransfer.effectAllowed = 'move'
    row.classList.add('held')
  })
  document.addEventListener('dragover', (event) => {
    const over = held && [...held.parentNode.children].find((each) => each.contains(event.target))
    if (!held || !held.parentNode.contains(event.target)) return
    event.preventDefault()
    if (!over || over === held) return
    const { top, height } = over.getBoundingClientRect()
    over[event.clientY < top + height / 2 ? 'before' : 'after'](held)
  })
  document.addEventListener('drop', (event) => { if (held?.parentNode.contains(event.target)) { event.preventDefault(); before = held } })
  document.addEventListener('dragend', () => {
    if (!held) return
    const row = held
    held = null
    row.classList.remove('held')
    row.removeAttribute('draggable')
    const list = row.parentNode
    if (before !== row) return list.insertBefore(row, before) // Escape, or let go outside: it was not put anywhere
    const name = called(row)
    whole(list)
    changed(list)
    tellPlace(list, row, name)
  })

  // Words that this browser kept (draft.js) may be of more or fewer rows than the page shows: it gets as many.
  const resize = (list, typed) => {
    const name = list.dataset.rows
    const places = typed.map(([key]) => key.startsWith(`${name}-`) ? parseInt(key.slice(name.length + 1), 10) : NaN).filter((place) => place >= 0)
    const wanted = places.length ? Math.max(...places) + 1 : 0
    const value = (key) => typed.find(([each]) => each === key)?.[1]
    for (const row of rowsOf(list).slice(wanted)) row.remove()
    for (let place = rowsOf(list).length; place < wanted; place += 1) {
      const blanks = [...document.querySelectorAll('template[data-blank]')].filter((each) => each.dataset.blank === name)
      const blank = blanks.find((each) => each.dataset.sort === value(`${name}-${place}-kind`)) ?? blanks[0]
      if (!blank) break
      list.append(blank.content.cloneNode(true))
      list.lastElementChild.id = `${name}-${UNKNOWN}`
      number(list)
    }
    for (const row of rowsOf(list)) for (const inner of row.querySelectorAll('[data-rows]')) resize(inner, typed)
  }
  for (const form of document.querySelectorAll('form[data-draft]')) {
    const outer = [...form.querySelectorAll('[data-rows]')].filter((each) => !each.parentNode.closest('[data-rows]'))
    let kept
    try { kept = JSON.parse(localStorage[`draft ${form.dataset.draft}`] ?? null) } catch {} // blocked storage is no storage
    if (outer.length && kept?.typed && kept.began === form.elements.began_from?.value) for (const list of outer) resize(list, kept.typed)
  }
  for (const list of document.querySelectorAll('[data-rows]')) number(list)
  total()
  // What a button without script was about.
  const touched = document.querySelector('[data-touched]')
  if (touched) first(touched).focus()
}
