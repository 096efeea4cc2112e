// An attempt at a quiz: each change is sent at once; what is not confirmed is kept in this browser and sent again.
{
  const stores = (work) => { try { return work(localStorage) } catch { return null } } // blocked storage is no storage

  for (const page of document.querySelectorAll('[data-handed-in]')) {
    stores((store) => Object.keys(store).filter((key) => key.startsWith(`attempt ${page.dataset.handedIn} `)).forEach((key) => store.removeItem(key)))
  }

  for (const form of document.querySelectorAll('form[data-attempt]')) {
    const { attempt, unsaved, count, done, todo, kept } = form.dataset
    const bar = document.querySelector('[data-state]')
    const key = (slug) => `attempt ${attempt} ${slug}`
    const questions = new Map([...form.querySelectorAll('[data-question]')].map((part) => [part.dataset.question, part]))
    const boxes = (slug) => [...questions.get(slug).querySelectorAll('[name^=chosen]')]
    const chosen = (slug) => boxes(slug).filter((box) => box.checked).map((box) => box.value)
    const choose = (slug, keys) => boxes(slug).forEach((box) => { box.checked = keys.includes(box.value) })
    const waiting = new Map() // slug -> keys not confirmed yet
    const refused = new Set()
    let busy, timer, then, pause = 1

    const tell = (place, message, no) => {
      const saved = place.querySelector('.saved')
      saved.hidden = false
      saved.classList.toggle('saved--no', no)
      saved.lastElementChild.textContent = message
    }
    const draw = () => {
      let answered = 0
      for (const [slug, part] of questions) {
        const link = document.querySelector(`.numbers a[href="#${part.id}"]`)
        const state = waiting.has(slug) ? 'unsaved' : chosen(slug).length ? 'done' : ''
        answered += chosen(slug).length > 0
        link.className = state
        link.lastElementChild.textContent = { unsaved: kept, done }[state] ?? todo
      }
      document.querySelector('span[data-count]').textContent = count.replace('{}', answered)
    }
    const keep = (slug) => {
      waiting.set(slug, chosen(slug))
      refused.delete(slug)
      stores((store) => store.setItem(key(slug), JSON.stringify(waiting.get(slug))))
      draw()
      send()
    }
    const confirm = (slug, sent, { stored, message }) => {
      if (waiting.get(slug) === sent) {
        waiting.delete(slug)
        stores((store) => store.removeItem(key(slug)))
        tell(questions.get(slug), message, false)
      }
      for (const other of questions.keys()) if (!waiting.has(other)) choose(other, stored[other] ?? [])
      if (!waiting.size) tell(bar, message, false)
      draw()
    }
    const fail = (slug, message) => [questions.get(slug), bar].forEach((place) => tell(place, message, true))

    // One at a time, so that an older choice never overtakes a newer one.
    const send = async () => {
      const slug = [...waiting.keys()].find((each) => !refused.has(each))
      if (busy || !slug) return
      busy = true
      clearTimeout(timer)
      const sent = waiting.get(slug)
      const body = new URLSearchParams([['question', slug], ...sent.map((each) => [`chosen-${slug}`, each])])
      const headers = { Accept: 'application/json', 'X-CSRFToken': form.elements.csrf_token.value }
      let answer, said
      try {
        answer = await fetch(form.action, { method: 'POST', body, headers, signal: AbortSignal.timeout?.(20000) })
        said = await answer.json()
      } catch {} // no connection, or not our answer: tried again below
      busy = false
      if (said && answer.ok) {
        pause = 1
        confirm(slug, sent, said)
        if (then && !waiting.size) return form.requestSubmit(then)
      } else if (said && answer.status < 500 && answer.status !== 429) { // trying again would not help
        refused.add(slug)
        fail(slug, said.message)
      } else {
        fail(slug, unsaved)
        timer = setTimeout(send, pause * 1000)
        pause = Math.min(pause * 2, 30)
        return
      }
      send()
    }

    form.querySelector('[data-plain]').hidden = true
    form.addEventListener('change', (event) => keep(event.target.closest('[data-question]').dataset.question))
    form.addEventListener('submit', (event) => {
      then = null
      if (!waiting.size) return
      event.preventDefault()
      then = event.submitter
      refused.clear()
      send()
    })
    addEventListener('online', send)
    for (const slug of questions.keys()) {
      const before = stores((store) => JSON.parse(store.getItem(key(slug))))
      if (!before) continue
      choose(slug, before)
      keep(slug)
    }
  }
}
