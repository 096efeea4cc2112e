// The application form: questions that depend on answers, the search of local governments, documents, what is missing.
for (const form of document.querySelectorAll('form.application')) {
  // Questions are shown by the answers above them, down the whole chain.
  const dependent = [...form.querySelectorAll('[data-shown-if]')]
  const chosen = (name, value) => [...form.elements].some((each) => each.name === name && each.value === value && each.checked && !each.closest('[hidden]'))
  const show = () => dependent.forEach((each) => { each.hidden = !chosen(each.dataset.shownIf, each.dataset.shownValue) })
  form.addEventListener('change', show)
  form.addEventListener('restored', show)
  show()

  // What the School says after each save.
  const live = ({ checklist, twins }) => {
    const list = document.querySelector('[data-checklist]'), place = form.querySelector('[data-twins]')
    if (list && checklist !== undefined) list.innerHTML = checklist
    if (place && twins !== undefined && !place.contains(document.activeElement)) place.innerHTML = twins
  }
  form.addEventListener('saved', ({ detail }) => live(detail))

  // A combobox over the registry: arrows, Enter, Escape; what is chosen is a radio button of the list below it.
  const box = form.querySelector('[data-place]')
  if (box) {
    const input = box.querySelector('[name=find_name]'), country = box.querySelector('[name=find_country]')
    const list = box.querySelector('[role=listbox]'), note = box.querySelector('[data-found]'), below = box.querySelector('[data-governments]')
    let timer, asked = 0, at = -1
    const set = (names) => Object.entries(names).forEach(([name, value]) => value === null ? input.removeAttribute(name) : input.setAttribute(name, value))
    set({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': list.id, 'aria-expanded': 'false' })
    box.querySelector('[data-search]').hidden = true
    for (const each of [input, country]) each.removeAttribute('name') // what is searched for is no part of the draft
    const close = () => { list.hidden = true; at = -1; set({ 'aria-expanded': 'false', 'aria-activedescendant': null }) }
    const radio = (value, name, place) => {
      const label = document.createElement('label'), button = document.createElement('input'), words = document.createElement('span'), hint = document.createElement('span')
      label.className = 'choice'
      Object.assign(button, { type: 'radio', name: 'government', value, checked: true })
      words.textContent = name
      hint.className = 'hint'
      hint.textContent = place
      label.append(button, words, hint)
      return [label, button]
    }
    const choose = (option) => {
      const [label, button] = radio(option.dataset.id, option.dataset.name, option.dataset.where)
      below.replaceChildren(label)
      close()
      input.value = option.dataset.name
      note.textContent = ''
      button.dispatchEvent(new Event('input', { bubbles: true }))
      button.dispatchEvent(new Event('change', { bubbles: true }))
    }
    const fill = (found) => {
      list.replaceChildren(...found.map(({ id, name, place }, index) => {
        const option = document.createElement('li'), where = document.createElement('span')
        Object.assign(option, { id: `found-${index}`, role: 'option' })
        option.setAttribute('aria-selected', 'false')
        Object.assign(option.dataset, { id, name, where: place })
        where.className = 'hint'
        where.textContent = place
        option.append(name, where)
        return option
      }))
      list.hidden = !found.length
      at = -1
      set({ 'aria-expanded': String(!!found.length), 'aria-activedescendant': null })
      note.textContent = found.length ? `${box.dataset.some} ${found.length}` : box.dataset.none
    }
    const search = async () => {
      const mine = ++asked
      if (input.value.trim().length < 2) return close()
      const query = new URLSearchParams({ nombre: input.value, pais: country.value })
      try {
        const answer = await fetch(`${box.dataset.place}?${query}`, { headers: { Accept: 'application/json' } })
        const said = await answer.json()
        if (mine === asked && said.found && box.contains(document.activeElement)) fill(said.found)
      } catch { close() }
    }
    const soon = () => { clearTimeout(timer); timer = setTimeout(search, 250) }
    input.addEventListener('input', (event) => { event.stopPropagation(); soon() }) // a search is no part of the draft
    country.addEventListener('input', (event) => { event.stopPropagation(); soon() })
    input.addEventListener('keydown', (event) => {
      const options = [...list.children]
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step && !list.hidden) {
        at = (at + step + options.length) % options.length
        options.forEach((each, index) => each.setAttribute('aria-selected', String(index === at)))
        options[at].scrollIntoView({ block: 'nearest' })
        set({ 'aria-activedescendant': options[at].id })
      } else if (step) search()
      else if (event.key === 'Escape') close()
      else if (event.key === 'Enter') { if (options[at]) choose(options[at]); else search() }
      else return
      event.preventDefault()
    })
    input.addEventListener('blur', () => setTimeout(close, 200))
    list.addEventListener('mousedown', (event) => {
      event.preventDefault()
      const option = event.target.closest('[role=option]')
      if (option) choose(option)
    })
  }

  // One that is like the proposed one and is chosen after all goes to the list of the found.
  form.addEventListener('change', ({ target }) => {
    if (!target.closest('[data-twins]')) return
    form.querySelector('[data-governments]').replaceChildren(target.closest('label'))
    target.checked = true
    show()
    document.getElementById('government').scrollIntoView({ block: 'center' })
    target.focus()
  })

  // A document goes up with its progress in sight. Cut off, it is sent once more by itself and then by the button.
  for (const each of form.querySelectorAll('[data-document]')) {
    const input = each.querySelector('[type=file]'), bar = each.querySelector('progress'), note = each.querySelector('[data-note]')
    const button = each.querySelector(':scope > p > [formaction]'), kept = each.querySelector('[data-kept-file]')
    const tell = (message, no) => { bar.hidden = true; note.textContent = message; note.classList.toggle('error', no) }
    const send = (tries) => {
      const file = input.files[0]
      if (file.size > each.dataset.document) return tell(each.dataset.big, true)
      const request = new XMLHttpRequest(), data = new FormData()
      let watch
      const stalled = () => { clearTimeout(watch); watch = setTimeout(() => request.abort(), 45000) }
      data.append('csrf_token', form.elements.csrf_token.value)
      data.append(input.name, file)
      request.open('POST', button.formAction)
      request.setRequestHeader('Accept', 'application/json')
      request.responseType = 'json'
      request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total; stalled() }
      request.onloadend = () => {
        clearTimeout(watch)
        const said = request.response
        if (!said?.message && tries > 1) { tell(each.dataset.again, false); return setTimeout(send, 3000, tries - 1) }
        tell(said?.message ?? each.dataset.failed, !said?.html)
        if (!said?.html) return
        kept.innerHTML = said.html
        input.value = ''
        live(said)
      }
      tell('', false)
      bar.hidden = false
      bar.value = 0
      stalled()
      request.send(data)
    }
    input.addEventListener('change', () => input.files[0] && send(2))
    button.addEventListener('click', (event) => { if (input.files[0]) { event.preventDefault(); send(2) } })
  }
}
