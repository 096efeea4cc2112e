// An attempt at a quiz: each change is sent at once; what is not confirmed is kept in this browser and sent again.
for (const form of document.querySelectorAll('form[data-attempt]')) {
  const { attempt, unsaved, count, done, todo, kept } = form.dataset
  const bar = document.querySelector('.attempt')
  const parts = Object.fromEntries([...form.querySelectorAll('[data-question]')].map((part) => [part.dataset.question, part]))
  const waiting = new Map() // question -> what was chosen and is not confirmed yet
  const refused = new Set()
  let busy, timer, leave, pause = 1

  const boxes = (slug) => [...parts[slug].querySelectorAll('[name^=chosen]')]
  const chosen = (slug) => boxes(slug).filter((box) => box.checked).map((box) => box.value)
  const choose = (slug, keys) => boxes(slug).forEach((box) => { box.checked = keys.includes(box.value) })
  const browser = (verb, slug, value) => {
    try { return localStorage[verb](`attempt ${attempt} ${slug}`, value) } catch {} // a blocked storage is no storage
  }
  const tell = (place, message, no) => {
    const saved = place.querySelector('.saved')
    saved.hidden = false
    saved.classList.toggle('saved--no', no)
    saved.lastElementChild.textContent = message
  }
  const draw = () => {
    let answered = 0
    for (const slug in parts) {
      const any = chosen(slug).length > 0
      const link = document.querySelector(`.numbers [href="#${parts[slug].id}"]`)
      link.className = waiting.has(slug) ? 'unsaved' : any ? 'done' : ''
      link.lastElementChild.textContent = waiting.has(slug) ? kept : any ? done : todo
      answered += any
    }
    bar.querySelector('[data-count]').textContent = count.replace('{}', answered)
  }
  const keep = (slug) => {
    waiting.set(slug, chosen(slug))
    refused.delete(slug)
    browser('setItem', slug, JSON.stringify(chosen(slug)))
    draw()
    send()
  }
  const confirm = (slug, sent, { stored, message }) => {
    if (waiting.get(slug) === sent) {
      waiting.delete(slug)
      browser('removeItem', slug)
      tell(parts[slug], message, false)
    }
    for (const other in parts) waiting.has(other) || choose(other, stored[other] ?? [])
    waiting.size || tell(bar, message, false)
    draw()
  }
  // One at a time, so that an older choice never overtakes a newer one.
  const send = async () => {
    const slug = [...waiting.keys()].find((each) => !refused.has(each))
    if (busy || !slug) return
    busy = true
    clearTimeout(timer)
    const sent = waiting.get(slug)
    let answer, said
    try {
      answer = await fetch(form.action, {
        method: 'POST',
        body: new URLSearchParams([['question', slug], ...sent.map((key) => [`chosen-${slug}`, key])]),
        headers: { Accept: 'application/json', 'X-CSRFToken': form.elements.csrf_token.value },
        signal: AbortSignal.timeout?.(20000),
      })
      said = answer.status < 500 && answer.status !== 429 && await answer.json()
    } catch {} // no connection: tried again below
    busy = false
    if (said && answer.ok) {
      confirm(slug, sent, said)
      pause = 1
      leave && !waiting.size ? form.requestSubmit(leave) : send()
      return
    }
    for (const place of [parts[slug], bar]) tell(place, said?.message ?? unsaved, true)
    if (said) { // trying again would not help
      refused.add(slug)
      send()
    } else {
      timer = setTimeout(send, pause * 1000)
      pause = Math.min(pause * 2, 30)
    }
  }

  form.querySelector('[data-plain]').hidden = true
  form.addEventListener('change', (event) => keep(event.target.closest('[data-question]').dataset.question))
  form.addEventListener('submit', (event) => {
    leave = null
    if (!waiting.size) return
    event.preventDefault()
    leave = event.submitter
    refused.clear()
    send()
  })
  addEventListener('online', send)
  for (const slug in parts) {
    const before = browser('getItem', slug)
    if (before) choose(slug, JSON.parse(before))
    if (before || boxes(slug).some((box) => box.checked !== box.defaultChecked)) keep(slug) // chosen before this ran
  }
}

// Handed in: nothing of it stays in this browser.
for (const { dataset: { handedIn } } of document.querySelectorAll('[data-handed-in]')) {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(`attempt ${handedIn} `)) localStorage.removeItem(key)
  } catch {}
}
