// Deciding: ticks are kept from page to page, the balance follows them, keys do what the buttons do.
for (const table of document.querySelectorAll('[data-ranking]')) {
  const form = document.querySelector('[data-decide]')
  if (!form) continue
  const key = `ranking ${table.dataset.ranking}`
  const stored = (work) => { try { return work(sessionStorage) } catch { return null } }
  const rows = new Map([...table.querySelectorAll('[data-row]')].map((row) => [row.dataset.row, row]))
  const box = (row) => row.querySelector('input.check')
  const facts = ({ dataset: { country, band, gender, outcome } }) => ({ country, band, gender, outcome })
  let picked = new Map(stored((store) => JSON.parse(store[key] ?? '[]')) ?? [])
  const label = form.querySelector('[data-picked]'), plain = label.textContent, clear = form.querySelector('[data-clear]')

  const show = () => {
    const counts = new Map()
    let more = 0
    for (const each of picked.values()) {
      if (each.outcome === 'accepted') continue
      more += 1
      for (const kind of ['country', 'band', 'gender']) counts.set(`${kind}:${each[kind]}`, (counts.get(`${kind}:${each[kind]}`) ?? 0) + 1)
    }
    for (const share of document.querySelectorAll('[data-share]')) {
      const plus = counts.get(share.dataset.share) ?? 0, bar = share.querySelector('progress')
      share.querySelector('[data-plus]').textContent = plus ? ` +${plus}` : ''
      bar.value = Math.min(bar.max, Number(bar.dataset.value) + plus)
    }
    const total = document.querySelector('[data-plus="total"]')
    total.textContent = more ? total.dataset.words.replace('#', more) : ''
    const elsewhere = [...picked.keys()].filter((id) => !rows.has(id)).length
    label.textContent = picked.size ? label.dataset.words.replace('#', picked.size) + (elsewhere ? ` (${label.dataset.elsewhere.replace('#', elsewhere)})` : '') : plain
    clear.hidden = !picked.size
    for (const [id, row] of rows) {
      box(row).checked = picked.has(id)
      row.classList.toggle('picked', picked.has(id))
    }
  }
  const keep = () => { stored((store) => { store[key] = JSON.stringify([...picked]) }); show() }
  const tick = (row, on) => { if (on) picked.set(row.dataset.row, facts(row)); else picked.delete(row.dataset.row); keep() }

  for (const row of rows.values()) {
    if (picked.has(row.dataset.row)) picked.set(row.dataset.row, facts(row))
    box(row).addEventListener('change', ({ target }) => tick(row, target.checked))
  }
  clear.addEventListener('click', () => { picked = new Map(); keep() })
  form.addEventListener('submit', () => {
    for (const [id, each] of picked) {
      if (rows.has(id)) continue
      const input = document.createElement('input')
      Object.assign(input, { type: 'hidden', name: 'application', value: `${id}:${each.outcome}` })
      form.append(input)
    }
    stored((store) => store.removeItem(key))
  })

  const here = () => document.activeElement?.closest('[data-row]')
  const press = (outcome) => {
    if (!picked.size && here()) tick(here(), true)
    if (picked.size) form.querySelector(`[name=outcome][value=${outcome}]`).click()
  }
  const step = (by) => {
    const all = [...rows.values()], place = all.indexOf(here())
    const next = all[Math.max(0, Math.min(all.length - 1, place < 0 ? 0 : place + by))]
    box(next).focus()
    next.scrollIntoView({ block: 'nearest' })
  }
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    x: () => here() && tick(here(), !picked.has(here().dataset.row)),
    a: () => press('accepted'),
    w: () => press('waitlisted'),
    r: () => press('rejected'),
    z: () => document.querySelector('[data-undo] button')?.click(),
    '?': () => { const help = document.querySelector('[data-keys]'); help.open = true; help.querySelector('summary').focus() },
  }
  addEventListener('keydown', (event) => {
    const typing = event.target.closest('input:not(.check), select, textarea')
    if (typing || event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return
    event.preventDefault()
    keys[event.key]()
  })
  show()
}
