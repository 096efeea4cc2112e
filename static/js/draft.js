// Drafts keep themselves: what is typed stays in this browser until the School confirms that it has it.
{
  const stored = (work) => { try { return work(localStorage) } catch { return null } } // blocked storage is no storage
  const forms = new Map([...document.querySelectorAll('form[data-draft]')].map((form) => [`draft ${form.dataset.draft}`, form]))

  // What went with a form that is no longer on the page arrived.
  stored((store) => Object.keys(store).filter((key) => key.startsWith('draft ') && !forms.has(key) && JSON.parse(store[key]).sent).forEach((key) => store.removeItem(key)))

  for (const [key, form] of forms) {
    const status = document.querySelector('[data-status]')
    const began = form.elements.began_from
    const fields = () => { const data = new FormData(form); data.delete('file'); return data }
    const typed = () => [...fields()].filter(([name]) => !['csrf_token', 'began_from'].includes(name))
    const keep = (sent) => stored((store) => { store[key] = JSON.stringify({ began: began.value, typed: typed(), sent }) })
    const forget = () => stored((store) => store.removeItem(key))
    const tell = (message, no) => { status.textContent = message; status.classList.toggle('saved--no', no) }
    let timer, busy, changes = 0, pause = 2

    const later = (seconds) => { timer ??= setTimeout(() => { timer = null; send() }, seconds * 1000) }
    const send = async () => {
      if (busy) return later(1)
      const sent = changes
      busy = true
      try {
        const answer = await fetch(form.action, { method: 'POST', body: fields(), headers: { Accept: 'application/json' } })
        const said = await answer.json()
        if (answer.status >= 500) throw answer
        tell(said.message, !answer.ok) // a refusal waits for the next change
        if (answer.ok) {
          began.value = said.began_from
          pause = 2
          if (sent === changes) forget()
          else keep()
        }
      } catch {
        tell(form.dataset.failed, true)
        later(pause = Math.min(pause * 2, 60))
      }
      busy = false
    }

    form.addEventListener('input', ({ target }) => {
      if (target.type === 'file') return
      changes += 1
      keep()
      later(2)
    })
    form.addEventListener('submit', () => keep(true))
    addEventListener('online', () => timer && send())

    const kept = stored((store) => JSON.parse(store[key] ?? null))
    const differs = kept?.typed.filter(([name, value]) => form.elements[name]?.value !== value)
    if (differs?.length && kept.began === began.value) {
      for (const [name, value] of differs) if (form.elements[name]) form.elements[name].value = value
      send()
    } else if (differs?.length) {
      const place = form.querySelector('[data-kept]')
      place.hidden = false
      place.querySelector('p').textContent = differs.map(([, value]) => value).join('\n\n')
    } else if (kept) forget()
  }
}
