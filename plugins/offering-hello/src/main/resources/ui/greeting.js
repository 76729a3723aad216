// Shows what the machine's page says. What it knows of the machine comes from the page around it.
(function () {
  'use strict';
  var texts = {
    en: { title: 'This is what visitors read', running: 'The page is up.', other: 'The page is down.' },
    es: { title: 'Esto leen tus visitas', running: 'La página está en línea.', other: 'La página está fuera de línea.' },
  };
  var instance;

  function write(id, text) {
    document.getElementById(id).textContent = text;
  }

  function draw() {
    var words = texts[document.documentElement.lang] || texts.en;
    document.title = words.title;
    write('title', words.title);
    if (!instance) return;
    write('greeting', instance.config.greeting || 'Hello');
    write('state', instance.state === 'running' ? words.running : words.other);
  }

  function take(value) {
    instance = value;
    draw();
  }

  minga.on('look', draw);
  minga.on('instance', take);
  minga.ready.then(draw);
  minga.get('instance').then(take);
})();
