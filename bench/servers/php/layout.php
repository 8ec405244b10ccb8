<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title><?= htmlspecialchars($title) ?> · Bench</title></head>
<body>
<nav><a href="/">Home</a> <a href="/page">People</a></nav>
<main>
<?= $content ?>
</main>
<footer>Nothing is for sale.</footer>
</body>
</html>
